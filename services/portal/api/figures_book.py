"""The figures of a period as sheets of a workbook, in the words of whoever asks."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from services.portal import words
from services.portal.api.sheets import Sheet, Value
from services.portal.domain.figures import Amount, Indicator
from shared.words import called

if TYPE_CHECKING:
    from services.portal.api.common import Visit
    from services.portal.api.indicators import Figures

WIDTHS = (44, 24, 14, 14, 14, 90)


def book_of(visit: "Visit", figures: "Figures") -> list[Sheet]:
    """Return the sheets: the programme's figures, the operational ones, both by county, the official rates."""
    return _Book(visit, figures).sheets()


class _Book:
    def __init__(self, visit: "Visit", figures: "Figures") -> None:
        self.language, self.region, self.figures = visit.language, visit.region, figures
        self.say: Callable[[str], str] = words.catalogue(visit.language).gettext
        told = figures.programme
        self.programme = [Indicator.of_programme(one) for one in told["indicators"]]
        self.operational = [Indicator.operational(one) for one in figures.operational["indicators"]]

    def sheets(self) -> list[Sheet]:
        _ = self.say
        columns = [_("Figure"), _("Value"), _("Unit"), _("Numerator"), _("Denominator"), _("Definition")]
        by_county = [_("Figure"), _("County"), _("Value"), _("Unit"), _("Numerator"), _("Denominator")]
        every = [*self.programme, *self.operational]
        return [
            Sheet(_("Programme"), self._said(), columns, map(self._whole, self.programme), WIDTHS),
            Sheet(_("Operational"), self._said(), columns, map(self._whole, self.operational), WIDTHS),
            Sheet(_("By county"), self._said(), by_county, self._counties(every), WIDTHS[:5]),
            Sheet(_("Official rates"), self._said(), self._rate_columns(), self._rates(), WIDTHS[:5]),
        ]

    def _said(self) -> list[str]:
        _, told = self.say, self.figures.programme
        day, moment = words.day, words.moment
        period = _("Period: %(since)s to %(until)s") % {
            "since": day(told["from"], self.language), "until": day(told["to"], self.language)
        }  # fmt: skip
        as_of = _("As known at %(moment)s") % {"moment": moment(told["as_of"], self.language)}
        return [period, _("Region: %(region)s") % {"region": self.region(told["region"])}, as_of,
                words.complete_to(told["completeness"], self.language)]  # fmt: skip

    def _whole(self, one: Indicator) -> list[Value]:
        return [one.name[self.language], *self._amount(one.amount), one.definition[self.language]]

    def _counties(self, every: list[Indicator]) -> Iterator[list[Value]]:
        for one in every:
            for county, amount in sorted(one.by_county.items()):
                yield [one.name[self.language], self.region(county), *self._amount(amount)]

    def _amount(self, amount: Amount) -> list[Value]:
        _ = self.say
        units = {
            "children": _("children"), "institutions": _("institutions"), "days": _("days"), "percent": _("per cent")
        }  # fmt: skip
        return [amount.number, units[amount.unit], amount.numerator, amount.denominator]

    def _rate_columns(self) -> list[str]:
        _ = self.say
        return [_("Rate"), _("County"), _("Per cent"), _("Numerator"), _("Denominator")]

    def _rates(self) -> Iterator[list[Value]]:
        found = self.figures.rates
        for of_county in found if isinstance(found, list) else ():
            for rate in of_county["rates"]:
                yield self._rate(of_county["county"], rate)

    def _rate(self, county: str, rate: Mapping[str, Any]) -> list[Value]:
        percent = None if rate["percent"] is None else float(rate["percent"])
        name = called("RateName", rate["name"], self.language)
        return [name, self.region(county), percent, rate["numerator"], rate["denominator"]]
