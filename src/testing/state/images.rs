//! Sizes of images, read from their first bytes.

/// Returns width, height and MIME type of a PNG, GIF or JPEG image.
pub(in crate::testing) fn image_size(data: &[u8]) -> Option<(u32, u32, &'static str)> {
    let big = |at: usize| Some(u32::from_be_bytes(data.get(at..at + 4)?.try_into().ok()?));
    let short = |at: usize| Some(u16::from_be_bytes(data.get(at..at + 2)?.try_into().ok()?));
    if data.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some((big(16)?, big(20)?, "image/png"));
    }
    if data.starts_with(b"GIF8") {
        let side = |at: usize| Some(u32::from(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?)));
        return Some((side(6)?, side(8)?, "image/gif"));
    }
    if !data.starts_with(b"\xff\xd8") {
        return None;
    }
    let mut at = 2;
    loop {
        let (mark, kind) = (*data.get(at)?, *data.get(at + 1)?);
        if mark != 0xff {
            return None;
        }
        // The frame header; other marks of this range are tables.
        if matches!(kind, 0xc0..=0xcf) && !matches!(kind, 0xc4 | 0xc8 | 0xcc) {
            return Some((u32::from(short(at + 7)?), u32::from(short(at + 5)?), "image/jpeg"));
        }
        at += 2 + usize::from(short(at + 2)?);
    }
}

#[cfg(test)]
mod tests {
    use super::image_size;

    #[test]
    fn sizes_of_pictures_and_of_what_is_none() {
        let gif = b"GIF89a\x02\0\x03\0\x80\0\0";
        assert_eq!(image_size(gif), Some((2, 3, "image/gif")));
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend([0, 0, 0, 7, 0, 0, 0, 9]);
        assert_eq!(image_size(&png), Some((7, 9, "image/png")));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x05\0\x06";
        assert_eq!(image_size(jpeg), Some((6, 5, "image/jpeg")));
        for nothing in [&b""[..], b"hello", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\0"] {
            assert_eq!(image_size(nothing), None);
        }
    }
}
