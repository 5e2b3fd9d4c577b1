//! `codeAction/resolve`: the edit of an action that was offered before.

use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::lsp_types::CodeAction;

use super::actions::{self, Name};
use super::backend::Backend;
use super::convert;

impl Backend {
    /// Fills in the edit. The document may have changed since: then the action is looked for
    /// again, and an answer without it would apply old edits to new text.
    pub(super) async fn complete(&self, mut action: CodeAction) -> Result<CodeAction> {
        // Some clients resolve every action without an edit. One that is a command has none.
        if action.data.is_none() && (action.command.is_some() || action.edit.is_some()) {
            return Ok(action);
        }
        let name = action.data.clone().map(serde_json::from_value::<Name>);
        let Some(Ok(name)) = name else {
            return Err(Error::invalid_params(
                "this action was not offered by hotfix-ls: ask for code actions first",
            ));
        };
        let client = self.capabilities();
        let key = convert::key(&name.uri);
        let edit = self
            .think(move |session, cancel| {
                let judged = session.judged(&key, cancel)?;
                let fix = actions::find(&judged, &name)?;
                let head = &judged.snapshot.head;
                Some(convert::workspace_edit(
                    &name.uri,
                    judged.version,
                    head,
                    &fix.edits,
                    client,
                ))
            })
            .await?;
        if edit.is_none() {
            return Err(Error::new(ErrorCode::ContentModified));
        }
        action.edit = edit;
        Ok(action)
    }
}
