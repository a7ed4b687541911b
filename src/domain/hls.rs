//! HLS playlist of a fragmented MP4: the index at its front (`sidx`, ISO/IEC 14496-12 §8.16.3) says where each fragment
//! stands, and a playlist (RFC 8216 §4.3) says the same in lines of text.

use std::fmt::Write as _;

/// So many bytes from the front hold the index of any film: twelve bytes for every four seconds, twice.
pub const HEAD_BYTES: u64 = 256 * 1024;

/// A stretch of the file that plays by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
struct MediaFragment {
    bytes: u64,
    seconds: f64,
}

/// The playlist of a fragmented MP4 that is served at `address`, from its first [`HEAD_BYTES`]; none where no index
/// stands there.
pub fn playlist(head: &[u8], address: &str) -> Option<String> {
    let at = first_box(head, *b"sidx")?;
    let (first, fragments) = index(head, at)?;
    let longest = fragments.iter().map(|fragment| fragment.seconds).fold(1.0, f64::max);
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{:.0}\n#EXT-X-PLAYLIST-TYPE:VOD\n\
         #EXT-X-MAP:URI=\"{address}\",BYTERANGE=\"{at}@0\"\n",
        longest.ceil()
    );
    let mut offset = first;
    for fragment in fragments {
        let MediaFragment { bytes, seconds } = fragment;
        write!(
            text,
            "#EXTINF:{seconds:.3},\n#EXT-X-BYTERANGE:{bytes}@{offset}\n{address}\n"
        )
        .ok()?;
        // An index that claims more bytes than can be counted is none.
        offset = offset.checked_add(bytes)?;
    }
    text.push_str("#EXT-X-ENDLIST\n");
    Some(text)
}

/// Where the first box of a kind begins among those at the front.
fn first_box(bytes: &[u8], kind: [u8; 4]) -> Option<usize> {
    let mut at = 0;
    loop {
        let size = usize::try_from(number(bytes, at, 4)?).ok()?;
        if bytes.get(at + 4..at + 8)? == kind {
            return Some(at);
        }
        // Smaller ones would be boxes of 64 bits, or of the rest of the file; neither stands before an index.
        at = at.checked_add(size).filter(|_| size >= 8)?;
    }
}

/// The byte that the first fragment begins at, and all of them.
fn index(bytes: &[u8], at: usize) -> Option<(u64, Vec<MediaFragment>)> {
    let size = number(bytes, at, 4)?;
    let is_long = number(bytes, at + 8, 1)? > 0;
    let ticks = number(bytes, at + 16, 4).filter(|ticks| *ticks > 0)?;
    let width = if is_long { 8 } else { 4 };
    let skipped = number(bytes, at + 20 + width, width)?;
    let count_at = at + 20 + 2 * width + 2;
    let count = usize::try_from(number(bytes, count_at, 2)?).ok()?;
    let entry = |nth: usize| {
        let at = count_at + 2 + nth * 12;
        // What one may begin to play at stands in the last four; each fragment of ours begins so.
        bytes.get(at..at + 12)?;
        let bytes_of = number(bytes, at, 4)?;
        // The highest bit: it leads to another index, not to a fragment.
        (bytes_of >> 31 == 0).then_some(())?;
        Some(MediaFragment {
            bytes: bytes_of,
            seconds: seconds(number(bytes, at + 4, 4)?, ticks),
        })
    };
    let fragments: Vec<MediaFragment> = (0..count).map(entry).collect::<Option<_>>()?;
    let end = u64::try_from(at).ok()?.checked_add(size)?;
    (!fragments.is_empty()).then_some((end.checked_add(skipped)?, fragments))
}

#[expect(clippy::cast_precision_loss, reason = "both are at most 32 bits wide")]
fn seconds(duration: u64, ticks: u64) -> f64 {
    duration as f64 / ticks as f64
}

/// A number of so many bytes, the greatest first.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let digits = bytes.get(at..at.checked_add(width)?)?;
    Some(digits.iter().fold(0, |value, digit| value << 8 | u64::from(*digit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_box(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
        let size = u32::try_from(body.len() + 8).unwrap();
        [size.to_be_bytes().as_slice(), kind.as_slice(), body].concat()
    }

    /// `sidx` of version 1, with fragments of (bytes, ticks) at 1,000 ticks a second.
    fn sidx(skipped: u64, fragments: &[(u32, u32)]) -> Vec<u8> {
        let mut body = vec![1, 0, 0, 0, 0, 0, 0, 1];
        body.extend(1_000_u32.to_be_bytes());
        body.extend(0_u64.to_be_bytes());
        body.extend(skipped.to_be_bytes());
        body.extend([0, 0]);
        body.extend(u16::try_from(fragments.len()).unwrap().to_be_bytes());
        for (bytes, ticks) in fragments {
            body.extend(bytes.to_be_bytes());
            body.extend(ticks.to_be_bytes());
            body.extend([0x90, 0, 0, 0]);
        }
        a_box(*b"sidx", &body)
    }

    #[test]
    fn a_playlist_names_the_bytes_of_each_fragment() {
        let front = [a_box(*b"ftyp", b"iso6"), a_box(*b"moov", &[0; 20])].concat();
        let index = sidx(7, &[(500, 4_000), (300, 2_500)]);
        let begin = front.len() + index.len() + 7;

        let list = playlist(&[front.clone(), index].concat(), "stream").unwrap();

        let lines: Vec<&str> = list.lines().collect();
        assert_eq!(lines[2], "#EXT-X-TARGETDURATION:4");
        assert_eq!(
            lines[4],
            format!("#EXT-X-MAP:URI=\"stream\",BYTERANGE=\"{}@0\"", front.len())
        );
        let first = format!("#EXT-X-BYTERANGE:500@{begin}");
        let second = format!("#EXT-X-BYTERANGE:300@{}", begin + 500);
        assert_eq!(
            lines[5..],
            [
                "#EXTINF:4.000,",
                &first,
                "stream",
                "#EXTINF:2.500,",
                &second,
                "stream",
                "#EXT-X-ENDLIST"
            ]
        );
    }

    #[test]
    fn what_is_no_such_file_has_no_playlist_wherever_it_is_cut_or_bent() {
        let whole = [a_box(*b"ftyp", b"iso6"), sidx(0, &[(500, 4_000)])].concat();
        for end in 0..whole.len() {
            assert_eq!(playlist(&whole[..end], "stream"), None, "cut at {end}");
        }
        for at in 0..whole.len() {
            let mut bent = whole.clone();
            bent[at] ^= 0xff;
            // Whatever comes of it, it comes.
            let _ = playlist(&bent, "stream");
        }
        assert_eq!(playlist(&[a_box(*b"ftyp", b""), vec![0; 64]].concat(), "stream"), None);
    }
}
