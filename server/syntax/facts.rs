//! What a file's text says beyond one scope, found once and kept.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use tree_sitter::Node;

use super::Source;

/// Where a node stands: what a fact keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    range: Range<usize>,
    kind: u16,
}

impl Place {
    /// The place of a node.
    #[must_use]
    pub fn of(node: Node<'_>) -> Self {
        Self {
            range: node.byte_range(),
            kind: node.kind_id(),
        }
    }

    /// Its first byte.
    #[must_use]
    pub fn start(&self) -> usize {
        self.range.start
    }

    /// Its last byte.
    #[must_use]
    pub fn end(&self) -> usize {
        self.range.end
    }

    /// The node, in the text whose fact this is.
    #[must_use]
    pub fn node<'s>(&self, source: &'s Source) -> Option<Node<'s>> {
        // A type and the name that is all of it span the same bytes.
        let inner = source.node_at(self.range.clone());
        let same = |node: &Node<'s>| node.byte_range() == self.range;
        std::iter::successors(inner, Node::parent)
            .take_while(same)
            .find(|node| node.kind_id() == self.kind)
    }
}

/// Facts of one text. A rule that must look through the whole file does so once, not once for
/// each function that it judges.
///
/// A fact may depend on the text and its tree alone: production's are kept while settings change.
/// Keep bytes or a [`Place`], not nodes.
#[derive(Debug, Default)]
pub struct Facts(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Facts {
    /// The fact of type `T`; `find` looks for it the first time.
    pub fn get<T: Any + Send + Sync>(&self, find: impl FnOnce() -> T) -> Arc<T> {
        let known = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&TypeId::of::<T>())
            .cloned();
        // The lock is not held while looking: one fact may need another.
        if let Some(Ok(fact)) = known.map(Arc::downcast) {
            return fact;
        }
        let fact = Arc::new(find());
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(TypeId::of::<T>(), Arc::clone(&fact) as _);
        fact
    }

    /// The fact of type `V` about one place or name of the file; `find` looks for it the first
    /// time that this `key` is asked for. What a function reads a thousand times is then looked at
    /// once.
    pub fn about<K, V>(&self, key: K, find: impl FnOnce() -> V) -> Arc<V>
    where
        K: Any + Eq + Hash + Send,
        V: Any + Send + Sync,
    {
        let all = self.get(|| Mutex::new(HashMap::<K, Arc<V>>::new()));
        let known = all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned();
        // The lock is not held while looking: one fact may need another.
        known.unwrap_or_else(|| {
            let fact = Arc::new(find());
            all.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(key, Arc::clone(&fact));
            fact
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_looked_for_once_and_may_need_another() {
        struct Lines(usize);
        struct Twice(usize);
        let facts = Facts::default();
        let mut looked = 0;
        for _ in 0..3 {
            let twice = facts.get(|| {
                looked += 1;
                Twice(2 * facts.get(|| Lines(4)).0)
            });
            assert_eq!(twice.0, 8);
        }
        assert_eq!(looked, 1);
    }

    #[test]
    fn a_fact_about_a_place_is_looked_for_once_for_each_place() {
        #[derive(PartialEq, Debug)]
        struct Length(usize);
        let facts = Facts::default();
        let mut looked = Vec::new();
        for place in [1usize, 2, 1, 2] {
            let length = facts.about(place, || {
                looked.push(place);
                Length(10 * place)
            });
            assert_eq!(*length, Length(10 * place));
        }
        assert_eq!(looked, [1, 2]);
    }

    #[test]
    fn a_place_gives_back_the_very_node() {
        let source = Source::parse("x: int = (y)\n");
        let mut seen = 0;
        source.walk(&mut |node| {
            assert_eq!(Place::of(node).node(&source), Some(node), "{node:?}");
            seen += 1;
            crate::syntax::nodes::Walk::Into
        });
        assert!(7 < seen);
    }
}
