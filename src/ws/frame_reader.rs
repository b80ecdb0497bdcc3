//! Reads frames from a stream of bytes into a reused buffer. Payloads are not copied out of it.
//!
//! `FrameSocket` of tungstenite clears up to 128 KiB before each read, which takes longer than all other work for an
//! event that is filtered out. Its parser of headers reads byte by byte from a `Cursor`.

use std::io::{self, Read};

use super::frame::{FrameFault, FrameHeader, ReadEnd};

/// Initial size of the buffer. It grows only for a longer frame, and while that frame is in it.
const READ_BUFFER_SIZE: usize = 16 << 10;
/// Maximum size of a frame header (RFC 6455, 5.2).
const MAX_HEADER_SIZE: usize = 14;

/// Reads frames.
#[derive(Debug)]
pub(super) struct FrameReader<S> {
    stream: S,
    /// Fully initialized.
    buffer: Vec<u8>,
    /// The unused bytes are `buffer[start..end]`.
    start: usize,
    end: usize,
    /// Maximum size of a payload.
    limit: usize,
}

impl<S: Read> FrameReader<S> {
    /// Creates a reader of `stream`, whose first bytes are in `read`.
    pub(super) fn new(stream: S, read: &[u8], limit: usize) -> Self {
        let mut buffer = vec![0; READ_BUFFER_SIZE.max(read.len())];
        buffer.splice(..read.len(), read.iter().copied());
        Self { stream, buffer, start: 0, end: read.len(), limit }
    }

    /// Blocks until a frame is complete.
    pub(super) fn next_frame(&mut self) -> Result<(FrameHeader, &[u8]), ReadEnd> {
        if self.start == self.end {
            self.move_to_front(0);
        }
        loop {
            let unused = self.buffer.get(self.start..self.end).unwrap_or_default();
            let mut missing_size = MAX_HEADER_SIZE;
            if let Some((header, header_size, length)) = parse_header(unused) {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                if length > self.limit {
                    return Err(ReadEnd::Unreadable(FrameFault::TooLarge));
                }
                let payload_start = self.start + header_size;
                let payload_end = payload_start.saturating_add(length);
                if payload_end <= self.end {
                    self.start = payload_end;
                    return Ok((header, self.buffer.get(payload_start..payload_end).unwrap_or_default()));
                }
                missing_size = payload_end - self.end;
            }
            match self.read_some(missing_size) {
                Ok(0) => return Err(ReadEnd::Eof),
                Ok(_) => {}
                Err(error) => return Err(ReadEnd::Broken(error.to_string())),
            }
        }
    }

    /// Reads once, after making room for `missing_size` bytes. Returns 0 at the end of the stream.
    fn read_some(&mut self, missing_size: usize) -> io::Result<usize> {
        if self.start > 0 && self.buffer.len() - self.end < missing_size {
            self.move_to_front(missing_size);
        }
        if self.end == self.buffer.len() {
            // Doubled, regardless of the missing size: a length is only a promise.
            let size = self.buffer.len().saturating_mul(2).min(self.end.saturating_add(missing_size));
            self.buffer.resize(size, 0);
        }
        let count = self.stream.read(self.buffer.get_mut(self.end..).unwrap_or_default())?;
        self.end = (self.end + count).min(self.buffer.len());
        Ok(count)
    }

    /// Moves the unused bytes to the front. A buffer that has grown shrinks when the unused bytes and `missing_size`
    /// more fit.
    fn move_to_front(&mut self, missing_size: usize) {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.buffer.len() > READ_BUFFER_SIZE && self.end.saturating_add(missing_size) <= READ_BUFFER_SIZE {
            self.buffer.truncate(READ_BUFFER_SIZE);
            self.buffer.shrink_to_fit();
        }
    }
}

/// Reads the header of a frame (RFC 6455, 5.2): returns it, its size, and the length of the payload. `None` if `bytes`
/// end within it.
fn parse_header(bytes: &[u8]) -> Option<(FrameHeader, usize, u64)> {
    const MASK_SIZE: usize = 4;
    let [first, second, rest @ ..] = bytes else { return None };
    let (size, length) = match second & 0x7f {
        126 => (4, u16::from_be_bytes(*rest.first_chunk()?).into()),
        127 => (10, u64::from_be_bytes(*rest.first_chunk()?)),
        short => (2, short.into()),
    };
    let header = FrameHeader {
        opcode: first & 0x0f,
        last: first & 0x80 != 0,
        reserved: first & 0x70 != 0,
        masked: second & 0x80 != 0,
    };
    // Nobody needs the mask: a server must not send one.
    let size = if header.masked { size + MASK_SIZE } else { size };
    (size <= bytes.len()).then_some((header, size, length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::Dice;

    /// Gives its pieces one by one.
    struct Pieces(std::vec::IntoIter<Vec<u8>>);

    impl Read for Pieces {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let Some(piece) = self.0.as_slice().first() else { return Ok(0) };
            let count = piece.len().min(into.len());
            into[..count].copy_from_slice(&piece[..count]);
            if count == piece.len() {
                self.0.next();
            } else {
                self.0.as_mut_slice()[0].drain(..count);
            }
            Ok(count)
        }
    }

    fn frame(payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x81];
        match payload.len() {
            short @ 0..126 => bytes.push(short as u8),
            long @ 126..0x1_0000 => {
                bytes.push(126);
                bytes.extend((long as u16).to_be_bytes());
            }
            long => {
                bytes.push(127);
                bytes.extend((long as u64).to_be_bytes());
            }
        }
        bytes.extend(payload);
        bytes
    }

    #[test]
    fn frames_are_whole_however_they_are_cut() {
        let mut dice = Dice(0x5EED);
        for _ in 0..300 {
            let lengths = [0, 1, 125, 126, 127, 5000, 16_379, 16_380, 16_384, 65_535, 65_536, 100_000];
            let payloads: Vec<Vec<u8>> = (0..dice.roll(8))
                .map(|number| vec![number as u8; lengths[dice.roll(lengths.len())]])
                .collect();
            let mut bytes: Vec<u8> = payloads.iter().flat_map(|payload| frame(payload)).collect();
            let rest = bytes.split_off(dice.roll(bytes.len().min(300) + 1));
            let longest = [1, 3, 1000, 16_384, 200_000][dice.roll(5)];
            let mut pieces = Vec::new();
            let mut rest = &rest[..];
            while !rest.is_empty() {
                let (piece, after) = rest.split_at((1 + dice.roll(longest)).min(rest.len()));
                pieces.push(piece.to_vec());
                rest = after;
            }
            let mut reader = FrameReader::new(Pieces(pieces.into_iter()), &bytes, 100_000);
            for payload in &payloads {
                let (header, read) = reader.next_frame().unwrap();
                assert!(header.last && read == payload, "{} of {}", read.len(), payload.len());
            }
            assert_eq!(reader.next_frame().unwrap_err(), ReadEnd::Eof);
            assert_eq!(reader.buffer.len(), READ_BUFFER_SIZE);
        }
    }

    #[test]
    fn a_promised_length_takes_no_memory() {
        let mut bytes = vec![0x82, 127];
        bytes.extend((1_u64 << 30).to_be_bytes());
        bytes.extend([7; 100]);
        let mut reader = FrameReader::new(Pieces(vec![bytes.clone()].into_iter()), &[], 1 << 30);
        assert_eq!(reader.next_frame().unwrap_err(), ReadEnd::Eof);
        assert_eq!(reader.buffer.len(), READ_BUFFER_SIZE);
        let mut reader = FrameReader::new(Pieces(vec![bytes].into_iter()), &[], (1 << 30) - 1);
        assert_eq!(reader.next_frame().unwrap_err(), ReadEnd::Unreadable(FrameFault::TooLarge));
    }

    #[test]
    fn what_came_with_the_upgrade_may_be_long() {
        let bytes = frame(&[5; 40_000]);
        let mut reader = FrameReader::new(Pieces(vec![].into_iter()), &bytes, 1 << 20);
        assert_eq!(reader.next_frame().unwrap().1, [5; 40_000]);
        assert_eq!(reader.next_frame().unwrap_err(), ReadEnd::Eof);
    }

    /// tungstenite's parser is the reference.
    #[test]
    fn headers_are_those_of_the_reference() {
        use tungstenite::protocol::frame::FrameHeader as Reference;

        let mut dice = Dice(0x4EAD);
        for _ in 0..20_000 {
            let mut bytes: Vec<u8> = (0..dice.roll(16)).map(|_| dice.roll(256) as u8).collect();
            if let Some(second) = bytes.get_mut(1).filter(|_| dice.roll(2) == 0) {
                *second = dice.pick(&[0, 125, 126, 127]) | (*second & 0x80);
            }
            let mut cursor = io::Cursor::new(&bytes[..]);
            match (parse_header(&bytes), Reference::parse(&mut cursor)) {
                (Some((header, size, length)), Ok(Some((reference, reference_length)))) => {
                    assert_eq!((size as u64, length), (cursor.position(), reference_length), "{bytes:?}");
                    assert_eq!(header.opcode, u8::from(reference.opcode));
                    assert_eq!((header.last, header.masked), (reference.is_final, reference.mask.is_some()));
                    assert_eq!(header.reserved, reference.rsv1 || reference.rsv2 || reference.rsv3);
                }
                // Opcodes that are not defined are refused with the frame, whatever its size.
                (_, Err(_)) => assert!(matches!(bytes[0] & 0x0f, 3..=7 | 11..=15), "{bytes:?}"),
                (ours, reference) => assert!(ours.is_none() && reference.unwrap().is_none(), "{bytes:?}"),
            }
        }
    }
}
