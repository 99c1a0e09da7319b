//! The stored form of statistics: its version, and maps whose keys are not texts.

/// The version of the stored form: a field that is only ever read as the version written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Version;

#[cfg(feature = "serde")]
impl Version {
    const NUMBER: u32 = 1;
}

#[cfg(feature = "serde")]
impl serde::Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(Self::NUMBER)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Version {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u32::deserialize(deserializer)?;
        if number == Self::NUMBER {
            return Ok(Self);
        }
        Err(serde::de::Error::custom(format_args!("statistics of version {number}, expected version {}", Self::NUMBER)))
    }
}

/// Settings that can be had.
#[cfg(feature = "serde")]
pub(super) fn settings<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<super::Settings, D::Error> {
    let settings: super::Settings = serde::Deserialize::deserialize(deserializer)?;
    settings.check().map_err(serde::de::Error::custom)?;
    Ok(settings)
}

/// A map as a list of pairs.
#[cfg(feature = "serde")]
pub(super) mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(in crate::statistics) fn serialize<S, K, V>(map: &BTreeMap<K, V>, serializer: S) -> Result<S::Ok, S::Error>
    where
        S: Serializer,
        K: Serialize,
        V: Serialize,
    {
        serializer.collect_seq(map)
    }

    pub(in crate::statistics) fn deserialize<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        D: Deserializer<'de>,
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
    {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}
