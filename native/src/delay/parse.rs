//! Reads what the kernel tells about queued packets; bounds-checked throughout.

/// A packet that waits in the kernel for its verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queued {
    pub packet: u32,
    pub came_in: u32,
    pub goes_out: u32,
}

const QUEUE_PACKET: u16 = 0x300;
const NETLINK_HEADER: usize = 16;
const GENERIC_HEADER: usize = 4;
const PACKET_HEADER: u16 = 1;
const IFINDEX_IN: u16 = 5;
const IFINDEX_OUT: u16 = 6;

/// Every queued packet named in one buffer of netlink messages.
pub fn queued(mut buffer: &[u8], mut each: impl FnMut(Queued)) {
    while let (Some(length), Some(kind)) = (native_u32(buffer, 0), native_u16(buffer, 4)) {
        let message = match buffer.get(..length as usize) {
            Some(message) if message.len() >= NETLINK_HEADER => message,
            _ => return,
        };
        if kind == QUEUE_PACKET {
            if let Some(packet) = message.get(NETLINK_HEADER + GENERIC_HEADER..).and_then(attributes) {
                each(packet);
            }
        }
        buffer = buffer.get(aligned(message.len())..).unwrap_or(&[]);
    }
}

fn attributes(mut rest: &[u8]) -> Option<Queued> {
    let (mut packet, mut came_in, mut goes_out) = (None, 0, 0);
    while let (Some(length), Some(kind)) = (native_u16(rest, 0), native_u16(rest, 2)) {
        let value = rest.get(4..length as usize)?;
        match kind {
            PACKET_HEADER => packet = network_u32(value),
            IFINDEX_IN => came_in = network_u32(value)?,
            IFINDEX_OUT => goes_out = network_u32(value)?,
            _ => {}
        }
        rest = rest.get(aligned(length as usize)..).unwrap_or(&[]);
    }
    Some(Queued { packet: packet?, came_in, goes_out })
}

/// The error of an acknowledgement (0: done), if the buffer is one.
pub fn acknowledgement(buffer: &[u8]) -> Option<i32> {
    const NLMSG_ERROR: u16 = 2;
    (native_u16(buffer, 4)? == NLMSG_ERROR).then_some(())?;
    Some(native_u32(buffer, NETLINK_HEADER)? as i32)
}

fn aligned(length: usize) -> usize {
    (length + 3) & !3
}

fn native_u32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn native_u16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn network_u32(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let mut out = [(4 + value.len() as u16).to_ne_bytes(), kind.to_ne_bytes()].concat();
        out.extend_from_slice(value);
        out.resize(aligned(out.len()), 0);
        out
    }

    fn message(packet: u32) -> Vec<u8> {
        let header = [&packet.to_be_bytes()[..], &[8, 0, 0]].concat();
        let body =
            [attribute(1, &header), attribute(5, &3u32.to_be_bytes()), attribute(6, &4u32.to_be_bytes())].concat();
        let length = (NETLINK_HEADER + GENERIC_HEADER + body.len()) as u32;
        [&length.to_ne_bytes()[..], &QUEUE_PACKET.to_ne_bytes(), &[0; 14], &body].concat()
    }

    #[test]
    fn reads_each_message_of_a_buffer() {
        let mut found = Vec::new();
        queued(&[message(1), message(2)].concat(), |q| found.push(q));
        assert_eq!(found, [1, 2].map(|packet| Queued { packet, came_in: 3, goes_out: 4 }));
    }

    #[test]
    fn broken_buffers_end_quietly() {
        let good = message(9);
        for cut in 0..good.len() {
            queued(&good[..cut], |_| panic!("cut at {cut}"));
        }
        for i in 0..good.len() {
            for value in [0, 1, 3, 5, 255] {
                let mut broken = good.clone();
                broken[i] = value;
                queued(&broken, |_| {});
                acknowledgement(&broken);
            }
        }
    }
}
