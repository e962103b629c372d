//! Training stock: blank cards as their invented factory delivers them.

use super::readers::TrainingCardError;
use crate::{
    card::{
        algorithm::ManagementAlgorithm,
        virtual_card::{Behaviour, Blueprint, ManagementKey, ProductionData},
    },
    domain::{CardSerial, Passcode, PasscodeRules, Secret, UnlockCode},
    gateway::{training_series_9_management_key, training_stock_channel_keys, training_stock_management_key},
};

/// Passcode and unlock code of training stock as it leaves its invented factory; the gateway knows the unlock code and
/// changes it at the first use.
const FACTORY_CODE: &[u8; 8] = b"12345678";

/// Which NHS stock a training card stands in for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TrainingStock {
    /// The newest: Series 10.
    #[default]
    Series10,
    /// Series 9: the answer to reset and the kind of management key of its profile, and short commands alone.
    Series9,
    /// Series 10 that takes writes over a secure channel only.
    SecureChannel,
}

impl TrainingStock {
    /// A blank card of this stock around a serial, its management key diversified as the training gateway does it.
    ///
    /// # Errors
    /// Never for the parts the product is built with; a test holds them to it.
    pub fn blueprint(self, production: ProductionData) -> Result<Blueprint, TrainingCardError> {
        let parts = |what: &dyn std::fmt::Display| TrainingCardError::Parts(what.to_string());
        let serial: CardSerial = production.serial().map_err(|e| parts(&e))?;
        let usual = || training_stock_management_key(&serial);
        let (algorithm, key, behaviour) = match self {
            Self::Series10 => (ManagementAlgorithm::Aes256, usual(), "training"),
            Self::SecureChannel => (ManagementAlgorithm::Aes256, usual(), "training-secure-channel"),
            Self::Series9 => {
                (ManagementAlgorithm::TripleDes, training_series_9_management_key(&serial), "training-series-9")
            }
        };
        let domain_keys = match self {
            Self::SecureChannel => {
                let keys = training_stock_channel_keys(&production.diversification());
                vec![keys.ok_or_else(|| parts(&"channel keys"))?]
            }
            Self::Series10 | Self::Series9 => Vec::new(),
        };
        let code = || Secret::new(FACTORY_CODE.to_vec());
        Ok(Blueprint {
            production,
            management_key: ManagementKey::new(algorithm, key).ok_or_else(|| parts(&"key length"))?,
            transport_passcode: Passcode::shaped(code(), PasscodeRules::default()).map_err(|e| parts(&e))?,
            transport_unlock_code: UnlockCode::new(code()).ok_or_else(|| parts(&"unlock code length"))?,
            domain_keys,
            behaviour: Behaviour::named(behaviour).map_err(|e| parts(&e))?,
        })
    }

    /// A blank card of this stock with a serial of its own.
    ///
    /// # Errors
    /// No randomness.
    pub fn blank_card(self) -> Result<Blueprint, TrainingCardError> {
        let mut random = [0; 6];
        getrandom::fill(&mut random).map_err(TrainingCardError::Randomness)?;
        let [a, b, c, d, e, f] = random;
        self.blueprint(ProductionData::invented([a, b, c, d], [e, f]))
    }
}

/// A blank training card of the newest stock, with a serial of its own.
///
/// # Errors
/// No randomness.
pub fn blank_card() -> Result<Blueprint, TrainingCardError> {
    TrainingStock::default().blank_card()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        card::{
            profile::Profiles,
            recognise::{self, link},
            transport::{ExchangeRecord, layered},
            virtual_card::VirtualCard,
        },
        domain::Series,
    };

    #[test]
    fn each_stock_is_recognised_as_what_it_stands_in_for() {
        let profiles = Profiles::bundled().expect("bundled");
        for (stock, series, id) in [
            (TrainingStock::Series10, Series::Series10, "training"),
            (TrainingStock::Series9, Series::Series9, "series-9"),
            (TrainingStock::SecureChannel, Series::Series10, "training-secure-channel"),
        ] {
            let mut card = VirtualCard::new(&stock.blank_card().expect("a blank card"));
            let (atr, serial) = (card.atr().to_vec(), card.production().serial().expect("a serial"));
            card.power_on();
            let (link, record) = (link(), ExchangeRecord::default());
            let known =
                recognise::recognise(&mut layered(&mut card, &link, &record), &atr, &profiles).expect("answers");
            assert_eq!((known.profile.series, known.profile.id.as_str()), (series, id), "{stock:?}");
            assert_eq!(known.serial, serial, "{stock:?}");
        }
    }
}
