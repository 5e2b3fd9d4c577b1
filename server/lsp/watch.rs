//! File events, from the clients that offer them. Nothing depends on them alone.

use tower_lsp::lsp_types::{
    DidChangeWatchedFilesParams, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher,
    GlobPattern, Registration,
};

use super::backend::{Backend, CLIENT_PATIENCE};
use super::convert;

const PATTERNS: [&str; 9] = [
    "**/*.py",
    "**/hotfix.toml",
    "**/pyproject.toml",
    "**/*requirements*",
    "**/*constraints*",
    "**/*.lock",
    "**/Pipfile",
    "**/.hotfix/queries/*.scm",
    "**/.git/HEAD",
];

impl Backend {
    /// Asks the client for file events, without waiting for its answer here.
    pub(super) fn register_watchers(&self) {
        if !self.capabilities().watches_files {
            return;
        }
        let watchers = PATTERNS.map(|pattern| FileSystemWatcher {
            glob_pattern: GlobPattern::String(pattern.to_owned()),
            kind: None,
        });
        let options = DidChangeWatchedFilesRegistrationOptions {
            watchers: watchers.to_vec(),
        };
        let registration = Registration {
            id: "hotfix-files".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: serde_json::to_value(options).ok(),
        };
        let client = self.client().clone();
        tokio::spawn(async move {
            let asked = client.register_capability(vec![registration]);
            match tokio::time::timeout(CLIENT_PATIENCE, asked).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "the client does not watch files"),
                Err(_) => tracing::warn!("the client does not answer about watching files"),
            }
        });
    }

    pub(super) fn watched_files_changed(&self, params: &DidChangeWatchedFilesParams) {
        for change in &params.changes {
            self.session()
                .file_changed(convert::path(&change.uri).as_deref());
        }
    }
}
