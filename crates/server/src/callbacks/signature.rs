//! `X-Twilio-Signature` (surface section 5.3).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};

use crate::http::Secret;
use crate::payload::Fields;

/// The signature of a form sent to a URL: the URL as it is called, then every name with its value, in order of names.
pub(super) fn signature(token: &Secret, url: &str, fields: &Fields) -> String {
    let mut sorted: Vec<_> = fields.iter().collect();
    sorted.sort();
    let mut text = url.to_owned();
    for (name, value) in sorted {
        text.push_str(name);
        text.push_str(value);
    }
    let key = Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.reveal().as_bytes());
    BASE64_STANDARD.encode(sign(&key, text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_holds() {
        let fields = vec![
            ("Digits", "1234".to_owned()),
            ("CallSid", "CA1234567890ABCDE".to_owned()),
            ("To", "+18005551212".to_owned()),
            ("Caller", "+12349013030".to_owned()),
            ("From", "+12349013030".to_owned()),
        ];
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        let signed = signature(&Secret::new("12345".to_owned()), url, &fields);
        assert_eq!(signed, "0/KCTR6DLpKmkAf8muzZqo1nDgQ=");
    }
}
