//! Tiny files of each format, written byte by byte from the formats' descriptions.

pub(crate) fn safetensors(header: &str, data: usize) -> Vec<u8> {
    let mut out = (header.len() as u64).to_le_bytes().to_vec();
    out.extend(header.as_bytes());
    out.extend(vec![0; data]);
    out
}

pub(crate) fn good_safetensors() -> Vec<u8> {
    safetensors(
        r#"{"__metadata__":{"format":"pt"},"b":{"dtype":"BF16","shape":[2,3],"data_offsets":[16,28]},"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#,
        28,
    )
}

pub(crate) struct Gguf {
    pub(crate) out: Vec<u8>,
    version: u32,
    big: bool,
}

impl Gguf {
    pub(crate) fn new(version: u32, big: bool, tensors: u64, pairs: u64) -> Self {
        let mut gguf = Self { out: b"GGUF".to_vec(), version, big };
        gguf.u32(version);
        gguf.count(tensors);
        gguf.count(pairs);
        gguf
    }
    pub(crate) fn u32(&mut self, n: u32) {
        self.out.extend(if self.big { n.to_be_bytes() } else { n.to_le_bytes() });
    }
    pub(crate) fn u64(&mut self, n: u64) {
        self.out.extend(if self.big { n.to_be_bytes() } else { n.to_le_bytes() });
    }
    pub(crate) fn count(&mut self, n: u64) {
        if self.version == 1 { self.u32(u32::try_from(n).unwrap()) } else { self.u64(n) }
    }
    pub(crate) fn text(&mut self, text: &str) {
        self.count(text.len() as u64);
        self.out.extend(text.as_bytes());
    }
    pub(crate) fn pair_text(&mut self, key: &str, value: &str) {
        self.text(key);
        self.u32(8);
        self.text(value);
    }
    pub(crate) fn pair_u32(&mut self, key: &str, value: u32) {
        self.text(key);
        self.u32(4);
        self.u32(value);
    }
    pub(crate) fn tensor(&mut self, name: &str, shape: &[u64], kind: u32, offset: u64) {
        self.text(name);
        self.u32(u32::try_from(shape.len()).unwrap());
        for n in shape {
            self.count(*n);
        }
        self.u32(kind);
        self.u64(offset);
    }
    pub(crate) fn data(mut self, bytes: usize) -> Vec<u8> {
        let at = self.out.len().div_ceil(32) * 32;
        self.out.resize(at + bytes, 0);
        self.out
    }
}

pub(crate) fn good_gguf(version: u32, big: bool) -> Vec<u8> {
    let mut gguf = Gguf::new(version, big, 2, 5);
    gguf.pair_text("general.license", "apache-2.0");
    gguf.pair_u32("general.file_type", 15);
    gguf.pair_text("tokenizer.chat_template", "{{ messages }}");
    gguf.text("tokenizer.ggml.tokens");
    gguf.u32(9);
    gguf.u32(8);
    gguf.count(3);
    for token in ["a", "b", "c"] {
        gguf.text(token);
    }
    gguf.text("general.flag");
    gguf.u32(7);
    gguf.out.push(1);
    gguf.tensor("token_embd.weight", &[256, 2], 12, 0);
    gguf.tensor("output.weight", &[32], 0, 288);
    gguf.data(288 + 128)
}

/// Fields of a protocol buffer.
pub(crate) fn varint(mut n: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while n >= 0x80 {
        out.push(n.to_le_bytes()[0] | 0x80);
        n >>= 7;
    }
    out.push(n.to_le_bytes()[0]);
    out
}
pub(crate) fn number(field: u64, n: u64) -> Vec<u8> {
    [varint(field << 3), varint(n)].concat()
}
pub(crate) fn bytes(field: u64, content: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(content.len() as u64), content.to_vec()].concat()
}

pub(crate) fn onnx(domain: &str, location: Option<&str>) -> Vec<u8> {
    let mut tensor = [number(1, 2), number(1, 3), number(2, 1), bytes(8, b"w")].concat();
    match location {
        Some(location) => {
            tensor.extend(bytes(13, &[bytes(1, b"location"), bytes(2, location.as_bytes())].concat()));
            tensor.extend(number(14, 1));
        }
        None => tensor.extend(bytes(9, &[0; 24])),
    }
    let node = [bytes(1, b"x"), bytes(2, b"y"), bytes(4, b"Relu"), bytes(7, domain.as_bytes())].concat();
    let graph = [bytes(1, &node), bytes(2, b"g"), bytes(5, &tensor)].concat();
    let opset = [bytes(1, domain.as_bytes()), number(2, 17)].concat();
    [number(1, 8), bytes(2, b"our test"), bytes(7, &graph), bytes(8, &opset)].concat()
}

pub(crate) fn saved_model(op: &str) -> Vec<u8> {
    let node = [bytes(1, b"n"), bytes(2, op.as_bytes())].concat();
    let meta = [bytes(1, &bytes(4, b"serve")), bytes(2, &bytes(1, &node))].concat();
    [number(1, 1), bytes(2, &meta)].concat()
}

/// A zip archive with stored members.
pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_of(
        &members
            .iter()
            .map(|(name, content)| (*name, 0, content.len(), content.to_vec()))
            .collect::<Vec<_>>(),
    )
}

/// A zip archive: name, method, size when unpacked, packed bytes. No checksums.
pub(crate) fn zip_of(members: &[(&str, u16, usize, Vec<u8>)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, method, size, packed) in members {
        let at = u32::try_from(out.len()).unwrap();
        let mut common = 20u16.to_le_bytes().to_vec();
        common.extend([0, 0]);
        common.extend(method.to_le_bytes());
        common.extend([0; 8]);
        common.extend(u32::try_from(packed.len()).unwrap().to_le_bytes());
        common.extend(u32::try_from(*size).unwrap_or(u32::MAX).to_le_bytes());
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(packed);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let at = u32::try_from(out.len()).unwrap();
    let count = u16::try_from(members.len()).unwrap();
    let size = u32::try_from(directory.len()).unwrap();
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// What `torch.save({"a": tensor})` pickles, shortened: it names a function of torch and its
/// storage, and loading it builds a tensor and nothing else.
pub(crate) fn torch_pickle(names: &[&str]) -> Vec<u8> {
    let mut out = b"\x80\x02}q\x00(".to_vec();
    for name in names {
        out.push(b'X');
        out.extend(u32::try_from(name.len()).unwrap().to_le_bytes());
        out.extend(name.as_bytes());
        out.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagetQK\0K\x04\x85K\x01\x85\x89tR");
    }
    out.extend(b"u.");
    out
}

pub(crate) fn torch_zip(names: &[&str]) -> Vec<u8> {
    let pickle = torch_pickle(names);
    zip(&[("model/data.pkl", &pickle), ("model/version", b"3\n"), ("model/data/0", &[0; 16])])
}

pub(crate) fn npy(descr: &str, data: usize) -> Vec<u8> {
    let mut header = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (2, 3), }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut out = b"\x93NUMPY\x01\0".to_vec();
    out.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    out.extend(header.as_bytes());
    out.extend(vec![0; data]);
    out
}

pub(crate) fn hdf5(text: &str) -> Vec<u8> {
    [b"\x89HDF\r\n\x1a\n".as_slice(), &[0; 512], text.as_bytes()].concat()
}

pub(crate) fn deflated(content: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zlib(content: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}
