//! What a file's text says beyond one scope, found once and kept.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Facts of one text. A rule that must look through the whole file does so once, not once for
/// each function that it judges.
///
/// A fact may depend on the text and its tree alone: production's are kept while settings change.
/// Keep bytes, not nodes.
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
}
