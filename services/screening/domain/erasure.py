"""Erasing a child: its key is destroyed, the chain of facts stays (handbook §0 rule 5)."""

from datetime import date

from shared.contracts.events.screening import ChildErased, ErasureBasis
from shared.rulebook.registry import rule


@rule("screening.erasure", "source", zh="删除：销毁该儿童密钥与号码索引，身份不可恢复；事实链保留")
def erase(basis: ErasureBasis, on: date) -> ChildErased:
    """Erase a child: nobody reads its identity again, the facts about it stay (个人信息保护法 art. 47; §0)."""
    return ChildErased(basis=basis, erased_on=on)
