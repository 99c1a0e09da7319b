//! Figures in the words of people: a share in per cent, a time in minutes, thousands apart.

use pointsman::format_duration;

use super::estimates::Estimate;
use super::figures::Unit;

/// A figure and half the width of its interval: `3m20s ± 4.1s`.
pub fn shown(estimate: &Estimate) -> String {
    let Some(value) = estimate.value else { return "–".to_owned() };
    let width = estimate.half_width.filter(|half| *half > 0.0);
    let is_large = matches!(estimate.unit, Unit::Count) && value.abs() >= 100.0;
    let width = width.map(|half| if is_large { grouped(half.ceil()) } else { number(half, estimate.unit) });
    let width = width.map(|width| format!(" ± {width}")).unwrap_or_default();
    number(value, estimate.unit) + &width
}

fn number(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => format!("{:.1} %", value * 100.0),
        Unit::Seconds => seconds(value),
        Unit::Count if value.fract() == 0.0 || value.abs() >= 100.0 => grouped(value.round()),
        Unit::Count | Unit::Level | Unit::Cost => format!("{value:.2}"),
    }
}

fn seconds(value: f64) -> String {
    match value.abs() {
        small if small < 10.0 => format!("{value:.2}s"),
        small if small < 120.0 => format!("{value:.1}s"),
        _ => {
            let sign = if value < 0.0 { "-" } else { "" };
            format!("{sign}{}", format_duration(std::time::Duration::from_secs_f64(value.abs().round())))
        }
    }
}

/// `12,345`.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    format!("{}{}", if value < 0.0 { "-" } else { "" }, groups.join(","))
}
