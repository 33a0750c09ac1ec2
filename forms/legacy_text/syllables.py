"""Which words are Vietnamese syllables: the measure by which an encoding is guessed.

A syllable is an initial, a rhyme and at most one tone; a rhyme that ends in c, ch, p or t has only
sắc or nặng. Names of minorities and foreign names mostly are none, and need not be.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_INITIALS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split()
_RHYMES = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
    i ia iêc iêm iên iêng iêp iêt iêu ich im in inh ip it iu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi
    om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut uy uya
    uych uyên uyêt uynh uyt uyu ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
    y yêm yên yêng yêt yêu ych ynh yt
    """.split()
)
_SYLLABLE = re.compile(rf"({'|'.join(sorted(_INITIALS, key=len, reverse=True))})?(.*)")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_STOPS = ("c", "ch", "p", "t")
_STOP_TONES = frozenset("\u0301\u0323")


@lru_cache(maxsize=4096)
def is_syllable(word: str) -> bool:
    """Can the word be one of Vietnamese? Case does not count; without marks is fine too."""
    split = unicodedata.normalize("NFD", word.casefold())
    tones = _TONES.findall(split)
    if len(tones) > 1:
        return False
    plain = unicodedata.normalize("NFC", _TONES.sub("", split))
    return any(
        rhyme in _RHYMES and (not tones or not rhyme.endswith(_STOPS) or tones[0] in _STOP_TONES)
        for rhyme in _rhymes_of(plain)
    )


def _rhymes_of(word: str) -> list[str]:
    """The rest behind the initial; *gì* and *giêng* share a letter between both."""
    match = _SYLLABLE.fullmatch(word)
    if match is None:
        return []
    initial, rhyme = match.groups()
    return [rhyme, "i" + rhyme] if initial == "gi" else [rhyme]
