//! `try` and `with`.

use super::super::ending;
use super::frames::{Frame, Jump};
use super::{BlockId, Bound, Builder, FAILED, Given, Place, Step};

impl Builder<'_, '_, '_> {
    pub(super) fn attempt(&mut self, at: Place) {
        let last = self
            .flat
            .children(at)
            .find(|clause| self.flat.kind(*clause) == "finally_clause")
            .and_then(|clause| self.flat.children(clause).last());
        match last {
            Some(body) => self.with_finally(at, body),
            None => self.handled(at),
        }
    }

    /// Body, handlers and `else`.
    fn handled(&mut self, at: Place) {
        let clauses: Vec<Place> = self
            .flat
            .children(at)
            .filter(|clause| self.flat.kind(*clause).starts_with("except"))
            .collect();
        let otherwise = self
            .flat
            .children(at)
            .find(|clause| self.flat.kind(*clause) == "else_clause")
            .and_then(|clause| self.flat.field(clause, "body"));
        let body = self.flat.field(at, "body");
        let mut handlers = Vec::new();
        if let Some(body) = body {
            handlers = self.guarded(body, &clauses);
        }
        if let Some(otherwise) = otherwise {
            self.suite(otherwise);
        }
        let mut ends = vec![self.here];
        for (clause, handler) in handlers {
            self.here = Some(handler);
            self.emit(Step::Catch, clause);
            if let Some(name) = self.handler_name(clause) {
                self.bind(name, Bound::Named);
            }
            if let Some(body) = self.flat.children(clause).last() {
                self.suite(body);
            }
            ends.push(self.here);
        }
        self.meet(ends);
    }

    fn handler_name(&self, clause: Place) -> Option<Place> {
        let alias = self.flat.field(clause, "alias").or_else(|| {
            let value = self.flat.field(clause, "value")?;
            self.flat.field(value, "alias")
        })?;
        Some(self.flat.children(alias).next().unwrap_or(alias))
    }

    /// The body under its handlers; gives the block of each handler.
    fn guarded(&mut self, body: Place, clauses: &[Place]) -> Vec<(Place, BlockId)> {
        let Some(before) = self.here.filter(|_| !clauses.is_empty()) else {
            self.suite(body);
            return Vec::new();
        };
        let outer = self.landing;
        let landing = self.block();
        let mut handlers = Vec::new();
        let mut all = false;
        for clause in clauses {
            let handler = self.behind(landing, Given::Always);
            handlers.push((*clause, handler));
            all |= ending::caught_names(self.flat, *clause)
                .iter()
                .any(|name| matches!(*name, "BaseException" | "Exception"));
        }
        if let Some(outer) = outer.filter(|_| !all) {
            self.edge(landing, outer, Given::Always);
        }
        let first = self.blocks.len();
        let thrown = self.thrown;
        self.landing = Some(landing);
        self.frames.push(Frame::Handlers {
            clauses: handlers.clone(),
        });
        self.renew();
        self.suite(body);
        self.frames.pop();
        self.landing = outer;
        // Something can always go wrong: where no step says so, it may before the first one.
        let arrives = thrown < self.thrown
            || self.blocks[first..].iter().any(|block| {
                block.landing == Some(landing)
                    && block
                        .events
                        .iter()
                        .any(|event| event.step.may_fail(self.flat.kind(event.at)))
            });
        if !arrives {
            self.edge(before, landing, Given::Always);
        }
        self.renew();
        handlers
    }

    fn with_finally(&mut self, at: Place, last: Place) {
        let landing = self.block();
        let outer = self.landing;
        self.frames.push(Frame::Finally {
            landing,
            pending: Vec::new(),
        });
        self.landing = Some(landing);
        self.renew();
        self.handled(at);
        self.landing = outer;
        let Some(Frame::Finally { pending, .. }) = self.frames.pop() else {
            return;
        };
        let end = self.here;
        self.in_finally += 1;
        if self.in_finally < 2 {
            self.finally_each_way(last, end, landing, &pending);
        } else {
            self.finally_once(last, end, landing, &pending);
        }
        self.in_finally -= 1;
    }

    /// Lays the `finally` body out for each way into it.
    fn finally_each_way(
        &mut self,
        last: Place,
        end: Option<BlockId>,
        landing: BlockId,
        pending: &[(Jump, BlockId)],
    ) {
        self.here = Some(landing);
        self.suite(last);
        self.raise_again();
        for kind in [0, 1, 2] {
            let same: Vec<(Jump, BlockId)> = pending
                .iter()
                .copied()
                .filter(|(jump, _)| number(*jump) == kind)
                .collect();
            if let Some((jump, _)) = same.first() {
                self.meet(same.iter().map(|(_, from)| Some(*from)));
                self.suite(last);
                self.jump(*jump);
            }
        }
        self.meet([end]);
        self.suite(last);
    }

    /// Lays it out once, and lets every way go on everywhere.
    fn finally_once(
        &mut self,
        last: Place,
        end: Option<BlockId>,
        landing: BlockId,
        pending: &[(Jump, BlockId)],
    ) {
        let goes_on = end.is_some();
        self.meet(
            pending
                .iter()
                .map(|(_, from)| Some(*from))
                .chain([end, Some(landing)]),
        );
        self.suite(last);
        let Some(done) = self.here else { return };
        self.here = Some(self.behind(done, Given::Always));
        self.raise_again();
        for kind in [0, 1, 2] {
            if let Some((jump, _)) = pending.iter().find(|(jump, _)| number(*jump) == kind) {
                self.here = Some(self.behind(done, Given::Always));
                self.jump(*jump);
            }
        }
        self.here = goes_on.then(|| self.behind(done, Given::Always));
    }

    /// Goes on with the failure that led here.
    fn raise_again(&mut self) {
        if let (Some(here), Some(outer)) = (self.here.take(), self.landing) {
            self.edge(here, outer, Given::Always);
        }
    }

    pub(super) fn with(&mut self, at: Place) {
        let items: Vec<Place> = self
            .flat
            .children(at)
            .filter(|clause| self.flat.kind(*clause) == "with_clause")
            .flat_map(|clause| self.flat.children(clause))
            .collect();
        self.with_items(at, &items);
    }

    fn with_items(&mut self, at: Place, items: &[Place]) {
        let Some((item, more)) = items.split_first() else {
            if let Some(body) = self.flat.field(at, "body") {
                self.suite(body);
            }
            return;
        };
        let value = self.flat.field(*item, "value").unwrap_or(*item);
        // `with (a as b, c as d):` is read as one tuple.
        let value = self.flat.bare(value);
        if self.flat.kind(value) == "tuple" {
            let mut inner: Vec<Place> = self.flat.children(value).collect();
            inner.extend_from_slice(more);
            self.with_items(at, &inner);
            return;
        }
        let (manager, alias) = if self.flat.kind(value) == "as_pattern" {
            (
                self.flat.children(value).next().unwrap_or(value),
                self.flat.field(value, "alias"),
            )
        } else {
            (value, None)
        };
        self.expression(manager);
        self.emit(Step::Enter, manager);
        let swallowed = ending::swallowed_names(self.flat, manager);
        let after = swallowed.as_ref().map(|_| self.block());
        let outer = self.landing;
        let landing = self.block();
        self.blocks[landing].landing = Some(FAILED);
        self.emit_into(landing, Step::Leave, manager);
        if let Some(after) = after {
            self.edge(landing, after, Given::Always);
        }
        if let Some(outer) = outer {
            self.edge(landing, outer, Given::Always);
        }
        self.landing = Some(landing);
        self.frames.push(Frame::With {
            item: manager,
            swallows: after.zip(swallowed.map(own)),
        });
        self.renew();
        if let Some(target) = alias.and_then(|alias| self.flat.children(alias).next()) {
            self.bind_all(target, Bound::Entered(manager));
        }
        self.with_items(at, more);
        self.frames.pop();
        self.landing = outer;
        self.renew();
        self.emit(Step::Leave, manager);
        let end = self.here;
        if after.is_some() {
            self.meet([end, after]);
        }
    }
}

fn number(jump: Jump) -> u8 {
    match jump {
        Jump::Return(_) => 0,
        Jump::Break => 1,
        Jump::Continue => 2,
    }
}

fn own(names: Vec<&str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}
