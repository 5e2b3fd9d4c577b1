//! A small ordered map for states: cloning is free, and two clones that nobody changed are known
//! to be equal at once.

use std::rc::Rc;

/// What is known, by key. Copies share their entries until one of them changes.
#[derive(Debug, Clone)]
pub struct Known<K, V>(Rc<Vec<(K, V)>>);

impl<K, V> Default for Known<K, V> {
    fn default() -> Self {
        Self(Rc::new(Vec::new()))
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for Known<K, V> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl<K: Ord + Copy, V: Copy + PartialEq> Known<K, V> {
    /// The fact of this key.
    #[must_use]
    pub fn get(&self, key: K) -> Option<V> {
        let at = self.0.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        Some(self.0[at].1)
    }

    /// Whether there is a fact of this key.
    #[must_use]
    pub fn contains(&self, key: K) -> bool {
        self.get(key).is_some()
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All facts, by key.
    pub fn iter(&self) -> impl Iterator<Item = (K, V)> + '_ {
        self.0.iter().copied()
    }

    /// Knows this from now on.
    pub fn insert(&mut self, key: K, value: V) {
        match self.0.binary_search_by_key(&key, |(key, _)| *key) {
            Ok(at) => {
                if self.0[at].1 != value {
                    Rc::make_mut(&mut self.0)[at].1 = value;
                }
            }
            Err(at) => Rc::make_mut(&mut self.0).insert(at, (key, value)),
        }
    }

    /// Forgets one key.
    pub fn remove(&mut self, key: K) {
        if let Ok(at) = self.0.binary_search_by_key(&key, |(key, _)| *key) {
            Rc::make_mut(&mut self.0).remove(at);
        }
    }

    /// Forgets what `keep` refuses.
    pub fn retain(&mut self, mut keep: impl FnMut(K, V) -> bool) {
        if self.0.iter().any(|(key, value)| !keep(*key, *value)) {
            Rc::make_mut(&mut self.0).retain(|(key, value)| keep(*key, *value));
        }
    }

    /// Takes what two ways know together: `merge` sees each key with what either side says and
    /// answers what holds behind the meeting, if anything.
    pub fn merge(
        &mut self,
        other: &Self,
        mut merge: impl FnMut(Option<V>, Option<V>) -> Option<V>,
    ) {
        if Rc::ptr_eq(&self.0, &other.0) {
            return;
        }
        let mut merged = Vec::with_capacity(self.0.len().max(other.0.len()));
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        loop {
            let key = match (left.peek(), right.peek()) {
                (None, None) => break,
                (Some((key, _)), None) | (None, Some((key, _))) => *key,
                (Some((one, _)), Some((two, _))) => *one.min(two),
            };
            let ours = left
                .next_if(|(one, _)| *one == key)
                .map(|(_, value)| *value);
            let theirs = right
                .next_if(|(one, _)| *one == key)
                .map(|(_, value)| *value);
            merged.extend(merge(ours, theirs).map(|value| (key, value)));
        }
        if merged != *self.0 {
            self.0 = Rc::new(merged);
        }
    }
}
