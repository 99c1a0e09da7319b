//! The whole engine, to and from its form in a snapshot.

use super::SnapshotError;
use super::at::{At, MOST};
use super::configuration::Shared;
use super::current as stored;
use crate::catalog::Catalog;
use crate::outbox::Outbox;
use crate::state::State;
use crate::time::Timestamp;

/// What an engine consists of.
pub(crate) struct Parts<C = Catalog, S = State, O = Outbox> {
    pub(crate) namespace: u128,
    pub(crate) clock: Timestamp,
    pub(crate) catalog: C,
    pub(crate) state: S,
    pub(crate) out: O,
}

impl stored::Workspace {
    pub(super) fn write(parts: Parts<&Catalog, &State, &Outbox>) -> Self {
        let Parts { namespace, clock, catalog, state, out } = parts;
        let mut shared = Shared::default();
        let mut catalog = stored::Catalog::write(catalog, &mut shared);
        let state = stored::State::write(state, &mut shared);
        catalog.configurations = shared.write();
        Self { namespace: format!("{namespace:032x}"), clock, catalog, state, outbox: stored::Outbox::write(out) }
    }

    /// The parts of an engine whose invariants are still to be checked.
    pub(super) fn read(self) -> Result<Parts, SnapshotError> {
        let Self { namespace, clock, catalog, state, outbox } = self;
        let at = At::whole(clock);
        let namespace = read_namespace(&at, &namespace)?;
        let (catalog, configurations) = catalog.read(&at.key("catalog"))?;
        let state = state.read(&at.key("state"), namespace, clock, &catalog, &configurations)?;
        Ok(Parts { namespace, clock, catalog, state, out: outbox.read(&at.key("outbox"))? })
    }
}

fn read_namespace(at: &At, text: &str) -> Result<u128, SnapshotError> {
    let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u128::from_str_radix(text, 16).ok().filter(|_| digits);
    number.ok_or_else(|| at.key("namespace").error(format_args!("expected 32 hexadecimal digits, found `{text}`")))
}

impl stored::Outbox {
    fn write(out: &Outbox) -> Self {
        Self { emitted: out.emitted(), waiting: out.waiting().cloned().collect() }
    }

    /// The last events there have been, numbered without a gap.
    fn read(self, at: &At) -> Result<Outbox, SnapshotError> {
        let Self { emitted, waiting } = self;
        at.at_most("emitted", emitted, MOST)?;
        let count = u64::try_from(waiting.len()).unwrap_or(u64::MAX);
        at.expect("emitted", emitted >= count, format_args!("at least {count}, the events that wait here"))?;
        for (expected, (index, event)) in (emitted - count + 1..).zip(waiting.iter().enumerate()) {
            let at = at.key("waiting").key(index);
            at.expect("sequence", event.sequence == expected, expected)?;
            at.past("at", event.at)?;
        }
        Ok(Outbox::restored(waiting, emitted))
    }
}
