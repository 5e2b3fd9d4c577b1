//! What stands around a statement, and where `return`, `break`, `continue` and failures go.

use super::super::ending::{self, Catches};
use super::{BlockId, Builder, Exit, FAILED, Given, Place, Step};

/// What a jump has to pass on its way out.
#[derive(Debug)]
pub(super) enum Frame {
    /// A loop: where `continue` goes, and the ways that `break` takes.
    Loop {
        header: BlockId,
        breaks: Vec<BlockId>,
    },
    /// The body of a `try` with handlers.
    Handlers { clauses: Vec<(Place, BlockId)> },
    /// What a `finally` follows.
    Finally {
        landing: BlockId,
        pending: Vec<(Jump, BlockId)>,
    },
    /// The body of a `with`.
    With {
        item: Place,
        /// Where control goes when it swallows a failure, and which ones it swallows.
        swallows: Option<(BlockId, Vec<String>)>,
    },
}

/// Leaving a block before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Jump {
    Return(Place),
    Break,
    Continue,
}

impl Builder<'_, '_, '_> {
    /// Leaves this block by a jump, through everything around it.
    pub(super) fn jump(&mut self, jump: Jump) {
        let Some(here) = self.here.take() else { return };
        for index in (0..self.frames.len()).rev() {
            match &mut self.frames[index] {
                Frame::With { item, .. } => {
                    let item = *item;
                    self.emit_into(here, Step::Leave, item);
                }
                Frame::Finally { pending, .. } => {
                    pending.push((jump, here));
                    return;
                }
                Frame::Loop { header, breaks } => match jump {
                    Jump::Break => {
                        breaks.push(here);
                        return;
                    }
                    Jump::Continue => {
                        let header = *header;
                        self.edge(here, header, Given::Always);
                        return;
                    }
                    Jump::Return(_) => {}
                },
                Frame::Handlers { .. } => {}
            }
        }
        if let Jump::Return(at) = jump {
            self.emit_into(here, Step::Exit(Exit::Return), at);
        }
    }

    /// Leaves this block by raising. `kind` is the exception's class, if the code names it.
    pub(super) fn throw(&mut self, kind: Option<&str>, at: Place, exit: Exit) {
        let Some(mut here) = self.here.take() else {
            return;
        };
        self.thrown += 1;
        let Some(kind) = kind else {
            self.fail(here, at, exit);
            return;
        };
        let outer = self.landing;
        for index in (0..self.frames.len()).rev() {
            match &self.frames[index] {
                Frame::Loop { .. } => {}
                Frame::Finally { landing, .. } => {
                    let landing = *landing;
                    self.edge(here, landing, Given::Always);
                    return;
                }
                Frame::Handlers { clauses } => {
                    let clauses: Vec<_> = clauses.clone();
                    for (clause, handler) in clauses {
                        let names = ending::caught_names(self.flat, clause);
                        match ending::catches(&names, kind) {
                            Catches::Surely => {
                                self.edge(here, handler, Given::Always);
                                return;
                            }
                            Catches::Maybe => self.edge(here, handler, Given::Always),
                            Catches::Never => {}
                        }
                    }
                }
                Frame::With { item, swallows } => {
                    let item = *item;
                    let swallows = swallows.clone();
                    self.landing = Some(FAILED);
                    here = self.behind(here, Given::Always);
                    self.landing = outer;
                    self.emit_into(here, Step::Leave, item);
                    if let Some((after, names)) = swallows {
                        match ending::catches(&names, kind) {
                            Catches::Surely => {
                                self.edge(here, after, Given::Always);
                                return;
                            }
                            Catches::Maybe => self.edge(here, after, Given::Always),
                            Catches::Never => {}
                        }
                    }
                }
            }
        }
        self.emit_into(here, Step::Exit(exit), at);
    }

    /// Raises something unknown: any handler may catch it.
    fn fail(&mut self, here: BlockId, at: Place, exit: Exit) {
        match self.landing {
            Some(FAILED) | None => self.emit_into(here, Step::Exit(exit), at),
            Some(landing) => self.edge(here, landing, Given::Always),
        }
    }
}
