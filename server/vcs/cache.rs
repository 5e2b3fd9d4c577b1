//! A small map that forgets what was used longest ago.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// A thread-safe map bounded by the summed weight of its values.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    limit: usize,
    inner: Mutex<Inner<K, V>>,
}

#[derive(Debug)]
struct Inner<K, V> {
    entries: HashMap<K, Entry<V>>,
    weight: usize,
    clock: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    weight: usize,
    used: u64,
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// A cache whose values may weigh `limit` together.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            inner: Mutex::new(Inner {
                entries: HashMap::new(),
                weight: 0,
                clock: 0,
            }),
        }
    }

    /// The value of `key`, now the most recently used one.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.clock += 1;
        let clock = inner.clock;
        let entry = inner.entries.get_mut(key)?;
        entry.used = clock;
        Some(entry.value.clone())
    }

    /// Keeps `value`, forgetting older ones while the limit is exceeded. A value that is heavier
    /// than the limit on its own is not kept.
    pub(crate) fn put(&self, key: K, value: V, weight: usize) {
        if self.limit < weight {
            return;
        }
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.clock += 1;
        let used = inner.clock;
        let entry = Entry {
            value,
            weight,
            used,
        };
        inner.weight += weight;
        if let Some(old) = inner.entries.insert(key, entry) {
            inner.weight -= old.weight;
        }
        while self.limit < inner.weight {
            // The limits keep the map at some hundred entries, so a scan is cheap enough.
            let Some(oldest) = inner
                .entries
                .iter()
                .min_by_key(|(_, entry)| entry.used)
                .map(|(key, _)| key.clone())
            else {
                break;
            };
            if let Some(gone) = inner.entries.remove(&oldest) {
                inner.weight -= gone.weight;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_unused_value_goes_first() {
        let cache = Cache::new(2);
        cache.put("a", 1, 1);
        cache.put("b", 2, 1);
        assert_eq!(cache.get(&"a"), Some(1));
        cache.put("c", 3, 1);
        assert_eq!(cache.get(&"b"), None);
        assert_eq!((cache.get(&"a"), cache.get(&"c")), (Some(1), Some(3)));
    }

    #[test]
    fn replacing_a_value_does_not_count_it_twice() {
        let cache = Cache::new(3);
        cache.put("a", 1, 2);
        cache.put("a", 2, 2);
        cache.put("b", 3, 1);
        assert_eq!((cache.get(&"a"), cache.get(&"b")), (Some(2), Some(3)));
    }

    #[test]
    fn a_value_beyond_the_limit_does_not_push_the_others_out() {
        let cache = Cache::new(2);
        cache.put("a", 1, 1);
        cache.put("huge", 2, 3);
        assert_eq!((cache.get(&"a"), cache.get(&"huge")), (Some(1), None));
    }
}
