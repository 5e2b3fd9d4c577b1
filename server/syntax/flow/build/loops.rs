//! Loops.

use super::frames::Frame;
use super::{Bound, Builder, Given, Place, Step};

impl Builder<'_, '_, '_> {
    pub(super) fn while_loop(&mut self, at: Place) {
        let Some(condition) = self.flat.field(at, "condition") else {
            return;
        };
        self.renew();
        let Some(header) = self.here else { return };
        let (holds, fails) = self.condition(condition);
        self.here = holds;
        let breaks = self.rounds(at, header);
        self.here = fails;
        self.otherwise(at);
        let end = self.here;
        self.meet(breaks.into_iter().chain([end]));
    }

    pub(super) fn for_loop(&mut self, at: Place) {
        let Some(iterated) = self.flat.field(at, "right") else {
            return;
        };
        self.expression(iterated);
        self.emit(Step::Iterate, iterated);
        self.renew();
        let Some(header) = self.here else { return };
        let round = self.behind(header, Given::Always);
        self.here = Some(round);
        if let Some(target) = self.flat.field(at, "left") {
            self.bind_all(target, Bound::Item(iterated));
        }
        let breaks = self.rounds(at, header);
        self.here = Some(self.behind(header, Given::Always));
        self.otherwise(at);
        let end = self.here;
        self.meet(breaks.into_iter().chain([end]));
    }

    /// The body of a loop; gives the ways that leave it by `break`.
    fn rounds(&mut self, at: Place, header: usize) -> Vec<Option<usize>> {
        self.frames.push(Frame::Loop {
            header,
            breaks: Vec::new(),
        });
        if let Some(body) = self.flat.field(at, "body") {
            self.suite(body);
        }
        if let Some(end) = self.here {
            self.edge(end, header, Given::Always);
        }
        match self.frames.pop() {
            Some(Frame::Loop { breaks, .. }) => breaks.into_iter().map(Some).collect(),
            _ => Vec::new(),
        }
    }

    fn otherwise(&mut self, at: Place) {
        if let Some(clause) = self.flat.field(at, "alternative")
            && let Some(body) = self.flat.field(clause, "body")
        {
            self.suite(body);
        }
    }
}
