"""Enrolling by file: what is no proof of the code is refused as such, whatever stands there."""

from __future__ import annotations

import msgspec
import pytest
from nacl import bindings
from nacl.public import PrivateKey, PublicKey, SealedBox

from sync.protocol.directory import SignedDirectory
from sync.protocol.enrolling import (
    FileAnswer,
    answer_file,
    code_key,
    proves_code,
    read_answer,
    read_request,
    request_file,
)
from sync.protocol.messages import Enrolled
from sync.protocol.parcel import Fault, ParcelError, key_id
from sync.protocol.signing import new_signing_key, public_key_of

CODE = "0123456789ABCDEFGHJK"
OWN, PROVINCE = new_signing_key(), new_signing_key()
ANSWER = FileAnswer(
    enrolled=Enrolled(
        device="d",
        office="o",
        office_name="Xã Suối Mẫu",
        role="officer",
        user="Lan",
        communes=[],
        province_code="03",
        province_name="Tỉnh Tập Huấn",
        training=True,
        server_epoch="e",
        province_key=public_key_of(PROVINCE),
    ),
    directory=SignedDirectory(text="", sig=""),
)


def _answer() -> bytes:
    return answer_file(
        ANSWER, public_key=public_key_of(OWN), key=code_key(CODE), signing_key=PROVINCE
    )


def _with_proof(answer: bytes, proof: str) -> bytes:
    """The same answer with another proof, sealed anew: anybody can seal."""
    public_key, secret = bindings.crypto_sign_seed_keypair(OWN)
    curve_secret = PrivateKey(bindings.crypto_sign_ed25519_sk_to_curve25519(secret))
    curve_key = PublicKey(bindings.crypto_sign_ed25519_pk_to_curve25519(public_key))
    mark = key_id(public_key_of(OWN))
    end = answer.index(mark) + len(mark)
    plain = SealedBox(curve_secret).decrypt(answer[end:])
    changed = {**msgspec.json.decode(plain, type=dict[str, object]), "proof": proof}
    return answer[:end] + bytes(SealedBox(curve_key).encrypt(msgspec.json.encode(changed)))


def test_the_answer_to_ones_own_code_is_read() -> None:
    assert read_answer(_answer(), signing_key=OWN, key=code_key(CODE)) == ANSWER


@pytest.mark.parametrize("proof", ["", "0" * 64, "é" * 64, "số", "0" * 63 + "０"])
def test_what_is_no_proof_is_refused_whatever_letters_it_has(proof: str) -> None:
    forged = _with_proof(_answer(), proof)
    with pytest.raises(ParcelError) as caught:
        read_answer(forged, signing_key=OWN, key=code_key(CODE))
    assert caught.value.fault is Fault.BAD_SIGNATURE


@pytest.mark.parametrize("proof", ["é" * 64, "0" * 64])
def test_a_request_with_another_proof_proves_no_code(proof: str) -> None:
    request = read_request(request_file(CODE, device_name="PC", signing_key=OWN))
    assert proves_code(request, code_key(CODE))
    assert not proves_code(msgspec.structs.replace(request, proof=proof), code_key(CODE))
