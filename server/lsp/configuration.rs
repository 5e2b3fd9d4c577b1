//! Settings from the client: pushed by it, or pulled where it answers questions.

use serde_json::Value;
use tower_lsp::lsp_types::ConfigurationItem;

use super::backend::{Backend, CLIENT_PATIENCE};

/// The section that the settings stand under.
const SECTION: &str = "hotfix";

/// The settings in what the client sends with `initialize`: under the section's name, under
/// `settings`, or all of it. What only starts the server is left out.
pub(super) fn initial(options: Option<Value>) -> Option<Value> {
    let options = options?;
    for key in [SECTION, "settings"] {
        if let Some(inner) = options.get(key) {
            return Some(inner.get(SECTION).unwrap_or(inner).clone());
        }
    }
    Some(options)
}

impl Backend {
    /// The client's settings have changed. Some clients send them, some only say so.
    pub(super) fn settings_changed(&self, settings: &Value) {
        match settings.get(SECTION) {
            Some(section) => self.session().configure(section.clone()),
            None => self.pull_settings(),
        }
    }

    /// Asks the client for its settings, without waiting for its answer here.
    pub(super) fn pull_settings(&self) {
        if !self.capabilities().configuration {
            return;
        }
        let item = ConfigurationItem {
            scope_uri: None,
            section: Some(SECTION.to_owned()),
        };
        let client = self.client().clone();
        let session = self.session().clone();
        tokio::spawn(async move {
            let asked = client.configuration(vec![item]);
            match tokio::time::timeout(CLIENT_PATIENCE, asked).await {
                // A client without settings of ours says null: what it said before still holds.
                Ok(Ok(mut answers)) => match answers.pop() {
                    None | Some(Value::Null) => {}
                    Some(settings) => session.configure(settings),
                },
                Ok(Err(error)) => tracing::warn!(%error, "the client gives no settings"),
                Err(_) => tracing::warn!("the client does not answer about its settings"),
            }
        });
    }
}
