//! A double-ended queue that grows without copying its contents.
//!
//! `VecDeque` copies everything each time it grows, which takes milliseconds if there are 100,000 entries. That is too
//! long under the lock of a stream.

use std::collections::VecDeque;

/// Maximum number of entries in a chunk.
const CHUNK_SIZE: usize = 256;

/// All chunks but the first and the last are full, and none is empty.
#[derive(Debug)]
pub(crate) struct ChunkedDeque<T> {
    chunks: VecDeque<VecDeque<T>>,
    len: usize,
}

impl<T> Default for ChunkedDeque<T> {
    fn default() -> Self {
        Self { chunks: VecDeque::new(), len: 0 }
    }
}

impl<T> ChunkedDeque<T> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn push_back(&mut self, entry: T) {
        self.len += 1;
        match self.chunks.back_mut().filter(|chunk| chunk.len() < CHUNK_SIZE) {
            Some(chunk) => chunk.push_back(entry),
            None => self.chunks.push_back(VecDeque::from([entry])),
        }
    }

    pub(crate) fn push_front(&mut self, entry: T) {
        self.len += 1;
        match self.chunks.front_mut().filter(|chunk| chunk.len() < CHUNK_SIZE) {
            Some(chunk) => chunk.push_front(entry),
            None => self.chunks.push_front(VecDeque::from([entry])),
        }
    }

    pub(crate) fn pop_front(&mut self) -> Option<T> {
        let chunk = self.chunks.front_mut()?;
        let entry = chunk.pop_front()?;
        if chunk.is_empty() {
            self.chunks.pop_front();
        }
        self.len -= 1;
        Some(entry)
    }

    pub(crate) fn pop_back(&mut self) -> Option<T> {
        let chunk = self.chunks.back_mut()?;
        let entry = chunk.pop_back()?;
        if chunk.is_empty() {
            self.chunks.pop_back();
        }
        self.len -= 1;
        Some(entry)
    }

    pub(crate) fn front(&self) -> Option<&T> {
        self.chunks.front()?.front()
    }

    pub(crate) fn front_mut(&mut self) -> Option<&mut T> {
        self.chunks.front_mut()?.front_mut()
    }

    pub(crate) fn back(&self) -> Option<&T> {
        self.chunks.back()?.back()
    }

    pub(crate) fn back_mut(&mut self) -> Option<&mut T> {
        self.chunks.back_mut()?.back_mut()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        let (chunk, at) = self.place_of(index);
        self.chunks.get(chunk)?.get(at)
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let (chunk, at) = self.place_of(index);
        self.chunks.get_mut(chunk)?.get_mut(at)
    }

    /// Returns the chunk of an entry, and its index there.
    fn place_of(&self, index: usize) -> (usize, usize) {
        let first = self.chunks.front().map_or(0, VecDeque::len);
        match index.checked_sub(first) {
            None => (0, index),
            Some(rest) => (1 + rest / CHUNK_SIZE, rest % CHUNK_SIZE),
        }
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.chunks.iter().flatten()
    }

    pub(crate) fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut T> {
        self.chunks.iter_mut().flatten()
    }

    /// Iterates over the entries from `start` on, without visiting those before it.
    pub(crate) fn iter_from(&self, start: usize) -> impl Iterator<Item = &T> {
        let (chunk, at) = self.place_of(start);
        let first = self.chunks.get(chunk).into_iter().flat_map(move |chunk| chunk.iter().skip(at));
        first.chain(self.chunks.iter().skip(chunk + 1).flatten())
    }

    /// Returns the number of entries at the beginning for which `is_before` returns `true`, if those of all others do
    /// not.
    pub(crate) fn partition_point(&self, mut is_before: impl FnMut(&T) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).is_some_and(&mut is_before) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Inserts an entry before the one at `index`. Takes longer the more entries follow.
    pub(crate) fn insert(&mut self, index: usize, entry: T) {
        let mut rest = self.split_off(index);
        self.push_back(entry);
        while let Some(entry) = rest.pop_front() {
            self.push_back(entry);
        }
    }

    /// Removes and returns the entries from `start` on.
    pub(crate) fn split_off(&mut self, start: usize) -> Self {
        if start >= self.len {
            return Self::default();
        }
        let (chunk, at) = self.place_of(start);
        let mut chunks = self.chunks.split_off(chunk);
        if at > 0 {
            if let Some(first) = chunks.front_mut() {
                let rest = first.split_off(at);
                self.chunks.push_back(std::mem::replace(first, rest));
            }
        }
        let rest = Self { chunks, len: self.len - start };
        self.len = start;
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn does_what_a_deque_does() {
        // xorshift64.
        let mut state = 7_u64;
        let mut below = |end: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % end as u64).unwrap()
        };
        let mut ours = ChunkedDeque::default();
        let mut std = VecDeque::new();
        for n in 0..200_000_usize {
            let at = below(std.len() + 1);
            match below(100) {
                0..=39 => {
                    ours.push_back(n);
                    std.push_back(n);
                }
                40..=54 => {
                    ours.push_front(n);
                    std.push_front(n);
                }
                55..=69 => assert_eq!(ours.pop_front(), std.pop_front()),
                70..=79 => assert_eq!(ours.pop_back(), std.pop_back()),
                80 => {
                    ours.insert(at, n);
                    std.insert(at, n);
                }
                81 => {
                    let rest: Vec<_> = ours.split_off(at).iter().copied().collect();
                    assert_eq!(rest, Vec::from(std.split_off(at)));
                    for entry in rest {
                        ours.push_back(entry);
                        std.push_back(entry);
                    }
                }
                _ => assert_eq!(ours.get(at), std.get(at)),
            }
            assert_eq!((ours.len(), ours.is_empty()), (std.len(), std.is_empty()));
            assert_eq!((ours.front(), ours.back()), (std.front(), std.back()));
            if n % 1000 == 0 {
                assert!(ours.iter().eq(&std) && ours.iter().rev().eq(std.iter().rev()));
                assert!(ours.iter_from(at).eq(std.range(at..)));
                assert!(ours.chunks.iter().all(|chunk| (1..=CHUNK_SIZE).contains(&chunk.len())));
            }
        }
        assert!(std.len() > 10 * CHUNK_SIZE, "{}", std.len());
    }

    #[test]
    fn finds_a_boundary() {
        let mut deque = ChunkedDeque::default();
        for n in 0..1000 {
            deque.push_back(n);
        }
        for _ in 0..3 {
            deque.pop_front();
        }
        for limit in [0, 3, 4, 258, 259, 260, 999, 1000, 2000] {
            assert_eq!(deque.partition_point(|n| *n < limit), deque.iter().filter(|n| **n < limit).count());
        }
    }
}
