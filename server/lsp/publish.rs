//! The one task through which everything leaves that the session has to say.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use tokio::sync::mpsc::UnboundedReceiver;
use tower_lsp::lsp_types::notification::Notification;
use tower_lsp::lsp_types::{MessageType, Url};

use super::backend::Backend;
use super::{convert, diagnostic};
use crate::session::{Event, Publication, Status, Target};

/// The custom notification for status bars.
pub(super) enum StatusChanged {}

impl Notification for StatusChanged {
    type Params = Status;
    const METHOD: &'static str = super::status::METHOD;
}

impl Backend {
    /// Starts the task. It ends with the session.
    pub(super) fn spawn_publisher(&self, mut events: UnboundedReceiver<Event>) {
        let this = self.clone();
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                // The task must survive whatever one event holds.
                let done = AssertUnwindSafe(this.publish(event)).catch_unwind();
                if done.await.is_err() {
                    tracing::error!("publishing failed");
                }
            }
        });
    }

    async fn publish(&self, event: Event) {
        // A thread may just have ended what it was doing. After `shutdown` no client wants it.
        if self.session().has_stopped() {
            return;
        }
        let client = self.client();
        match event {
            Event::Findings(publication) => self.publish_findings(publication).await,
            Event::Config(report) => {
                if let Some(uri) = convert::uri(&report.file) {
                    let encoding = self.capabilities().encoding;
                    let diagnostics = diagnostic::of_config(&report, encoding);
                    client.publish_diagnostics(uri, diagnostics, None).await;
                }
            }
            Event::Record(report) => self.publish_record(&report).await,
            Event::Status(status) => client.send_notification::<StatusChanged>(status).await,
            Event::Alert(reason) => {
                let message = format!("hotfix-ls: {reason}");
                client.show_message(MessageType::ERROR, message).await;
            }
        }
    }

    async fn publish_findings(&self, publication: Publication) {
        // The last look before it goes: the client may have typed meanwhile, and a newer
        // publication is on its way then.
        if !self.session().is_current(&publication) {
            return;
        }
        let uri = match &publication.target {
            Target::Open(key) => Url::parse(key).ok(),
            Target::File(path) => convert::uri(path),
        };
        let Some(uri) = uri else {
            return;
        };
        let capabilities = self.capabilities();
        let diagnostics = publication
            .findings
            .iter()
            .map(|published| diagnostic::of_finding(published, &uri, capabilities))
            .collect();
        self.client()
            .publish_diagnostics(uri, diagnostics, publication.version)
            .await;
    }
}
