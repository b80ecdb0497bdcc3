//! A small mutator: the same inputs for the same seed.

/// Xorshift.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    pub(crate) fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())].clone()
    }

    /// Where a piece of something of this length may stand: short pieces are likelier.
    fn part(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.roll(length + 1);
        let most = [4, 32, length][self.roll(3)].min(length - start);
        start..start + self.roll(most + 1)
    }
}

const WORDS: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"\\\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b" ",
    b"\0",
    b"\x1b[2J",
    b"null",
    b"true",
    b"{}",
    b"[]",
    b"\"\"",
    b"-",
    b"+",
    b".",
    b"e",
    b"0",
    b"-1",
    b"1.5e3",
    b"1e999",
    b"00",
    b"18446744073709551616",
    b"-9223372036854775809",
    b"99999999999999999999999",
    b"\\u0000",
    b"\\ud83d",
    b"\\ude00",
    b"\\ud83d\\ude00",
    b"\\u12",
    b"\xff",
    b"\xc0\x80",
    b"\xe2\x28",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80",
    b"\xe2\x80\xae",
    b"\xe2\x80\xa8",
    b"\"seq\":",
    b",\"seq\":5}",
    b"\"event\":",
    b"\"data\":{",
    b"\"broadcast\":{}",
    b"\"status\":\"OK\"",
    b"\"channel_id\":\"x\"",
    b"token=",
    b"t0k3nt0k3nt0k3nt0k3nt0k3nx",
    b"://",
    b"@",
    b"%",
    b"%00",
    b"%41",
    b"..",
    b"/",
    b"?",
    b"#",
    b"::1",
    b"[::1]:",
    b"HTTP/1.1 ",
    b"Content-Length: ",
    b"Transfer-Encoding: chunked\r\n",
    b"Expect: 100-continue\r\n",
    b"GMT",
    b" Jan ",
    b"86400",
    b"86401",
    b"\x80\x00",
    b"\x81\x7e",
    b"\x81\x7f",
    b"\x89\x7d",
    b"\x88\x02",
    b"\x00\x00",
    b"\x80\x80",
];

/// One of the seeds, changed in one to four places; sometimes cut or joined with another.
pub(super) fn mutated(dice: &mut Dice, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = dice.pick(seeds);
    for _ in 0..=dice.roll(4) {
        let length = bytes.len();
        let at = dice.roll(length + 1);
        match dice.roll(11) {
            0 if length > 0 => bytes[at.min(length - 1)] ^= 1 << dice.roll(8),
            1 if length > 0 => bytes[at.min(length - 1)] = u8::try_from(dice.roll(256)).unwrap(),
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(dice.part(length))),
            4 => {
                let part = bytes[dice.part(length)].to_vec();
                bytes.splice(at..at, part);
            }
            5 => {
                let other = dice.pick(seeds);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[dice.roll(other.len() + 1)..]);
            }
            6 => {
                let other = dice.pick(seeds);
                let part = other[dice.part(other.len())].to_vec();
                bytes.splice(at..at, part);
            }
            7 => {
                let value =
                    dice.pick(&[0, 1, 125, 126, 127, 128, 255, 256, 999, 1000, 1001, 65535, 65536, u64::MAX]);
                let width = dice.pick(&[1, 2, 4, 8]);
                let number = value.to_be_bytes()[8 - width..].to_vec();
                bytes.splice(at..(at + width).min(length), number);
            }
            8 => {
                let (word, times) = (dice.pick(WORDS), dice.pick(&[1, 1, 2, 130]));
                bytes.splice(at..at, word.repeat(times));
            }
            9 => {
                let part = dice.part(length);
                bytes.splice(part, dice.pick(WORDS).to_vec());
            }
            _ => {
                // Another number in the place of one.
                let digits = bytes.iter().enumerate().filter(|(_, byte)| byte.is_ascii_digit());
                let places: Vec<usize> = digits.map(|(at, _)| at).collect();
                if !places.is_empty() {
                    bytes[dice.pick(&places)] = b'0' + u8::try_from(dice.roll(10)).unwrap();
                }
            }
        }
    }
    bytes.truncate(16 << 10);
    bytes
}
