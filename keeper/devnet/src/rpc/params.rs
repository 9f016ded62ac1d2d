//! Positional parameters, read one by one; an error names the parameter and the value found.

use alloy_primitives::U256;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

use super::error::Error;

/// Longest value that an error repeats.
const SHOWN_CHARS: usize = 80;

/// The parameters of a request.
pub(super) struct Params {
    values: std::vec::IntoIter<Value>,
    index: usize,
}

impl Params {
    /// Reads the `params` member: an array, or nothing.
    pub fn new(value: Value) -> Result<Self, Error> {
        let values = match value {
            Value::Null => Vec::new(),
            Value::Array(values) => values,
            other => return Err(Error::invalid_params(format!("params must be an array, found {}", show(&other)))),
        };
        Ok(Self { values: values.into_iter(), index: 0 })
    }

    /// Takes the next parameter.
    pub fn next<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Error> {
        let index = self.index;
        self.optional(name)?
            .ok_or_else(|| Error::invalid_params(format!("missing value for required argument {index} ({name})")))
    }

    /// Takes the next parameter, which may be null or missing.
    pub fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Error> {
        let index = self.index;
        self.index += 1;
        let Some(value) = self.values.next().filter(|value| !value.is_null()) else { return Ok(None) };
        let parsed = T::deserialize(&value).map(Some);
        parsed.map_err(|error| {
            Error::invalid_params(format!("invalid argument {index} ({name}): {error}: found {}", show(&value)))
        })
    }
}

/// Repeats a value in an error, cut short.
fn show(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// A number as a parameter: `0x` and hexadecimal digits, or a JSON number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quantity(pub U256);

impl Quantity {
    /// Returns the number where it is at most 2^64 - 1.
    pub fn to_u64(self, name: &str) -> Result<u64, Error> {
        u64::try_from(self.0).map_err(|_| Error::invalid_params(format!("{name} is too large: {}", self.0)))
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        match Value::deserialize(deserializer)? {
            Value::Number(number) => {
                number.as_u64().map(|number| Self(U256::from(number))).ok_or_else(|| D::Error::custom("not a quantity"))
            }
            Value::String(text) => {
                let digits = text.strip_prefix("0x").filter(|digits| digits.bytes().all(|d| d.is_ascii_hexdigit()));
                let digits =
                    digits.filter(|digits| !digits.is_empty()).ok_or_else(|| D::Error::custom("not a quantity"))?;
                U256::from_str_radix(digits, 16).map(Self).map_err(|_| D::Error::custom("more than 256 bits"))
            }
            _ => Err(D::Error::custom("not a quantity")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::Address;
    use serde_json::json;

    fn params(value: Value) -> Params {
        Params::new(value).expect("an array")
    }

    #[test]
    fn errors_name_the_parameter_and_the_value() {
        let error = params(json!(["0x12"])).next::<Address>("address").expect_err("too short");
        assert_eq!(error.code, -32602);
        assert!(error.message.starts_with("invalid argument 0 (address): "), "{}", error.message);
        assert!(error.message.ends_with("found \"0x12\""), "{}", error.message);

        let error = params(json!([])).next::<Address>("address").expect_err("missing");
        assert_eq!(error.message, "missing value for required argument 0 (address)");
    }

    #[test]
    fn long_values_are_cut_in_errors() {
        let error = params(json!(["é".repeat(10_000)])).next::<Address>("address").expect_err("no address");

        assert!(error.message.len() < 400);
    }

    #[test]
    fn quantities_are_hexadecimal_or_numbers() {
        let quantity = |value: Value| params(json!([value])).next::<Quantity>("value").map(|quantity| quantity.0);

        assert_eq!(quantity(json!("0x10")), Ok(U256::from(16)));
        assert_eq!(quantity(json!(16)), Ok(U256::from(16)));
        for wrong in
            [json!("10"), json!("0x"), json!(""), json!("0xg"), json!("0x+1"), json!(-1), json!(1.5), json!([])]
        {
            assert!(quantity(wrong.clone()).is_err(), "{wrong}");
        }
        assert!(quantity(json!(format!("0x1{}", "0".repeat(64)))).is_err());
    }
}
