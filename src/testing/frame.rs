//! WebSocket frames on the server's side, valid and invalid.

use crate::ws::frame::{FINAL_FRAME, write_frame};

/// A frame from a client.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) last: bool,
    pub(crate) opcode: u8,
    pub(crate) payload: Vec<u8>,
}

/// The close code with which invalid bytes are refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) u16);

/// Decodes the first frame in `data`, and returns it with its length. `None` if it is incomplete.
pub(crate) fn decode(data: &[u8], most: usize) -> Result<Option<(Frame, usize)>, Refused> {
    let (Some(&first), Some(&second)) = (data.first(), data.get(1)) else {
        return Ok(None);
    };
    let opcode = first & 0x0f;
    let control = opcode & 8 != 0;
    if first & 0x70 != 0 || second & 0x80 == 0 || !matches!(opcode, 0..=2 | 8..=10) {
        return Err(Refused(1002));
    }
    let (length, at) = match second & 0x7f {
        short @ 0..=125 => (u64::from(short), 2),
        _ if control => return Err(Refused(1002)),
        126 => match data.get(2..4).and_then(|bytes| bytes.try_into().ok()) {
            Some(bytes) => (u64::from(u16::from_be_bytes(bytes)), 4),
            None => return Ok(None),
        },
        _ => match data.get(2..10).and_then(|bytes| bytes.try_into().ok()) {
            Some(bytes) => (u64::from_be_bytes(bytes), 10),
            None => return Ok(None),
        },
    };
    if control && first & 0x80 == 0 {
        return Err(Refused(1002));
    }
    let length = usize::try_from(length).map_err(|_| Refused(1009))?;
    if !control && length > most {
        return Err(Refused(1009));
    }
    let (Some(mask), Some(body)) = (data.get(at..at + 4), data.get(at + 4..at + 4 + length)) else {
        return Ok(None);
    };
    let payload = body.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
    Ok(Some((Frame { last: first & 0x80 != 0, opcode, payload }, at + 4 + length)))
}

/// Appends a complete frame.
pub(crate) fn encode(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    write_frame(out, FINAL_FRAME | opcode, None, payload);
}

/// Returns the payload of a close frame. It is empty for code 0.
pub(crate) fn close_payload(code: u16) -> Vec<u8> {
    if code == 0 { Vec::new() } else { code.to_be_bytes().to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ws::frame::OPCODE_TEXT;

    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write_frame(&mut out, first, Some([1, 2, 3, 4]), payload);
        out
    }

    #[test]
    fn decodes_what_it_encodes_cut_anywhere() {
        for size in [0, 1, 125, 126, 4000, 70_000] {
            let payload: Vec<u8> = (0..size).map(|i| u8::try_from(i % 251).unwrap()).collect();
            let bytes = masked(0x81, &payload);
            for cut in [0, 1, 2, 3, 5, bytes.len() - 1] {
                assert_eq!(decode(&bytes[..cut], 100_000), Ok(None));
            }
            let (frame, used) = decode(&bytes, 100_000).unwrap().unwrap();
            assert_eq!((frame.last, frame.opcode, used), (true, OPCODE_TEXT, bytes.len()));
            assert_eq!(frame.payload, payload);
        }
    }

    #[test]
    fn refuses_what_a_client_must_not_send() {
        let mut plain = Vec::new();
        encode(&mut plain, OPCODE_TEXT, b"x");
        assert_eq!(decode(&plain, 10), Err(Refused(1002)));
        assert_eq!(decode(&masked(0xc1, b"x"), 10), Err(Refused(1002)));
        assert_eq!(decode(&masked(0x81, &[0; 11]), 10), Err(Refused(1009)));
        assert_eq!(decode(&masked(0x09, b"x"), 10), Err(Refused(1002)));
    }
}
