//! Receipts: what a holder of a version says to the hub, signed with the holder's own key.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::canonical;
use super::trust::{PublicKey, Signature, SigningKey};
use crate::domain::id::{PackId, Sha256};
use crate::domain::time::Timestamp;

/// The longest name of a holder, in characters.
const MAX_HOLDER_CHARS: usize = 200;

/// A receipt, unsigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Always `receipt`.
    #[serde(rename = "_type")]
    pub kind: ReceiptType,
    /// The pack.
    pub pack: PackId,
    /// The version held.
    pub version: u32,
    /// The SHA-256 of its manifest.
    pub manifest: Sha256,
    /// What the holder calls itself.
    pub holder: String,
    /// Files held.
    pub items: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// Whether all of them were verified and are whole.
    pub state: HoldingState,
    /// When they were verified.
    pub at: Timestamp,
}

/// The word `receipt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReceiptType {
    /// The only one.
    #[serde(rename = "receipt")]
    Receipt,
}

/// How a version is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldingState {
    /// Every file is there as the manifest says.
    Whole,
    /// Some are missing or changed.
    Damaged,
}

/// A receipt with its signatures and the key that made them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedReceipt {
    /// By the holder's key.
    pub signatures: Vec<Signature>,
    /// What is signed, in canonical form.
    pub signed: Box<RawValue>,
    /// The holder's key.
    pub key: PublicKey,
}

/// It is not signed by the key that comes with it, or cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the receipt is not signed by the key that it names, or cannot be read")]
pub struct NotAReceipt;

impl SignedReceipt {
    /// Signs a receipt.
    ///
    /// # Panics
    /// Never: a receipt can be written as JSON.
    pub fn by(key: &SigningKey, receipt: &Receipt) -> Self {
        let bytes = canonical::to_vec(receipt);
        let signatures = vec![key.sign(&bytes)];
        let text = String::from_utf8(bytes).expect("JSON is UTF-8");
        Self {
            signatures,
            signed: RawValue::from_string(text).expect("it was written as JSON"),
            key: key.public().clone(),
        }
    }

    /// What it says, if its key has signed it.
    pub fn open(&self) -> Result<Receipt, NotAReceipt> {
        let value: serde_json::Value = serde_json::from_str(self.signed.get()).map_err(|_| NotAReceipt)?;
        // Whatever spelling it came in: the canonical one is signed.
        let bytes = canonical::to_vec(&value);
        let is_signed =
            |signature: &Signature| signature.keyid == self.key.id() && self.key.has_signed(&bytes, signature);
        if !self.signatures.iter().any(is_signed) {
            return Err(NotAReceipt);
        }
        let receipt: Receipt = serde_json::from_value(value).map_err(|_| NotAReceipt)?;
        let is_named = (1..=MAX_HOLDER_CHARS).contains(&receipt.holder.chars().count());
        if is_named { Ok(receipt) } else { Err(NotAReceipt) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_counts_only_with_the_signature_of_its_key() {
        let (key, other) = (SigningKey::from_secret(&[1; 32]), SigningKey::from_secret(&[2; 32]));
        let receipt = Receipt {
            kind: ReceiptType::Receipt,
            pack: PackId::new(),
            version: 3,
            manifest: canonical::sha256(b"manifest"),
            holder: "第一技师学院".to_owned(),
            items: 120,
            bytes: 4_711,
            state: HoldingState::Whole,
            at: Timestamp(1_800_000_000_000),
        };

        let signed = SignedReceipt::by(&key, &receipt);
        let mut stolen = signed.clone();
        stolen.key = other.public().clone();

        assert_eq!(signed.open(), Ok(receipt));
        assert_eq!(stolen.open(), Err(NotAReceipt));
    }
}
