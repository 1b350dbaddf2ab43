//! A buffer that is used again and again without being cleared each time.

/// Bytes of which only the first part counts.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    length: usize,
}

/// A buffer that grew beyond this is not kept for the next object.
const KEPT: usize = 4 << 20;

impl Buffer {
    /// Makes room for `length` bytes; what they hold is left over from before.
    pub(super) fn of_length(&mut self, length: usize) -> &mut [u8] {
        if self.bytes.len() < length {
            if self.bytes.capacity() < length {
                // Nothing in it is wanted: growing must not copy it.
                self.bytes = Vec::new();
                self.bytes.reserve_exact(length.max(4096));
            }
            self.bytes.resize(length, 0);
        }
        self.length = length;
        &mut self.bytes[..length]
    }

    /// What it holds.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// How much memory it takes.
    pub(super) fn weight(&self) -> usize {
        self.bytes.capacity()
    }

    /// Whether it is worth keeping.
    pub(super) fn is_small(&self) -> bool {
        self.weight() <= KEPT
    }
}
