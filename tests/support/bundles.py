"""A verifier bundle of a child's file, made as the timeline makes it, of facts as their producers tell them."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.timeline.domain.chain import PRODUCERS
from shared import clock
from shared.contracts.envelope import Event, b64
from shared.journal.bundle import Bundle, LastFact, SignedHeads
from shared.journal.checkpoint import Signer
from tests.support.children import Child, event_of


def a_signer(folder: Path, name: str) -> Signer:
    key = Ed25519PrivateKey.generate()
    path = folder / f"{name}.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Signer(path)


def a_bundle(child: Child, folder: Path) -> Bundle:
    """Return the bundle of a file of which every producer has signed what it told."""
    events = [event_of(record) for record in child.records]
    facts = {name: [event for event in events if event.producer == name] for name in PRODUCERS}
    signers = {name: a_signer(folder, name) for name in PRODUCERS}
    return Bundle(
        {name: [event.envelope for event in told] for name, told in facts.items()},
        [_signed(name, child.case, facts[name], signers[name]) for name in PRODUCERS],
        {name: signer.public for name, signer in signers.items()},
    )


def _signed(producer: str, case: UUID, told: Sequence[Event], signer: Signer) -> SignedHeads:
    heads = [LastFact(case=case, epoch=one.epoch, last=one.seq, hash=b64(one.hash)) for one in told[-1:]]
    return SignedHeads(producer=producer, as_of=clock.now(), cases=[case], heads=heads).signed_with(signer)
