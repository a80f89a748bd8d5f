"""Pairs written by us, with invented papers: other scripts, and cases that no perturbation of a record makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.hard_pairs.pair import Pair, Row

if TYPE_CHECKING:
    from collections.abc import Iterator


ENGLISH: Final = (
    "Ladders lean on walls, and climbers fall when a rung breaks. We measure every rung of ninety ladders under load, "
    "and report fractures, corrosion and wobble over four years of storms, frost and drought. Inspectors photographed "
    "hinges, bolts and rope before and after each season. A small model predicts which rung will break next, and is "
    "right in nine of ten cases. We publish the notes together with the code that reads them."
)
NEARLY: Final = ENGLISH.replace("nine", "eight")
TIDES: Final = (
    "Estuaries flood twice a day as moon and sun pull seawater inland. Sediment, plankton and salt drift upstream past "
    "mangroves, where gauges record heights and currents. We model the drift with a graph of gauges, and forecast salt "
    "a week ahead. Farmers who used our forecasts opened their sluices later and lost fewer harvests."
)
CHINESE: Final = (
    "梯子靠在墙上，横档断裂时攀登者会坠落。我们在负载下测量了九十架梯子的每一根横档，并报告了四年风暴、霜冻和干旱中的断裂、"
    "腐蚀与晃动。检查人员在每个季节前后拍摄了铰链、螺栓和绳索。一个小模型可以预测下一根断裂的横档，十次中有九次正确。"
    "我们公开了全部记录以及读取它们的代码。"
)
CHINESE_TIDES: Final = (
    "河口每天涨潮两次，月亮和太阳把海水拉向内陆。沉积物、浮游生物和盐分顺着红树林向上游漂移，水位计在那里记录高度和流速。"
    "我们用水位计组成的图对漂移建模，并提前一周预报盐度。使用预报的农民推迟开闸，损失的收成更少。"
)
JAPANESE: Final = (
    "はしごは壁に立てかけられ、横木が折れると登る人は落ちる。私たちは九十本のはしごのすべての横木に荷重をかけて測定し、"
    "四年間の嵐、霜、干ばつによる割れ、腐食、ぐらつきを報告する。検査員は季節ごとに蝶番、ボルト、ロープを撮影した。"
    "小さなモデルは次に折れる横木を十回のうち九回当てる。"
    "記録とそれを読むコードを公開する。"
)
KOREAN: Final = (
    "사다리는 벽에 기대어 서 있고 가로대가 부러지면 오르는 사람이 떨어진다. "
    "우리는 사다리 아흔 개의 모든 가로대를 하중을 주어 "
    "측정하고 네 해 동안의 폭풍과 서리와 가뭄에서 생긴 균열과 부식을 보고한다. "
    "작은 모델이 다음에 부러질 가로대를 열 번 중 아홉 번 맞힌다. "
    "기록과 그것을 읽는 코드를 공개한다."
)
ARABIC: Final = (
    "تتكئ السلالم على الجدران ويسقط المتسلقون عندما تنكسر الدرجات. نقيس كل درجة من تسعين سلما تحت الحمل ونبلغ عن "
    "الكسور والتآكل خلال أربع سنوات من العواصف والصقيع والجفاف. يتنبأ نموذج صغير بالدرجة التي ستنكسر بعد ذلك ويصيب في "
    "تسع حالات من عشر. ننشر السجلات مع البرنامج الذي يقرؤها."
)
RUSSIAN: Final = (
    "Лестницы стоят у стен, и люди падают, когда ломается ступень. Мы измерили каждую ступень девяноста лестниц под "
    "нагрузкой и описали трещины, ржавчину и качание за четыре года бурь, морозов и засух. Малая модель предсказывает, "
    "какая ступень сломается следующей, и права в девяти случаях из десяти. Мы публикуем записи и код."
)
HINDI: Final = (
    "सीढ़ियाँ दीवारों से टिकती हैं और डंडा टूटने पर चढ़ने वाले गिरते हैं। "
    "हमने नब्बे सीढ़ियों के हर डंडे को भार के नीचे मापा और चार वर्षों के "
    "तूफान, पाले और सूखे में टूटन और जंग का विवरण दिया। "
    "एक छोटा मॉडल बताता है कि अगला कौन सा डंडा टूटेगा और दस में से नौ बार सही होता है। "
    "हम सभी अभिलेख और कोड प्रकाशित करते हैं।"
)
GERMAN: Final = (
    "Leitern lehnen an Wänden, und wer klettert, fällt, wenn eine Sprosse bricht. Wir messen jede Sprosse von neunzig "
    "Leitern unter Last und berichten über Brüche, Rost und Wackeln in vier Jahren mit Sturm, Frost und Dürre. Ein "
    "kleines Modell sagt voraus, welche Sprosse als nächste bricht, und hat in neun von zehn Fällen recht. Die "
    "Aufzeichnungen und der Quelltext sind öffentlich."
)
DAY: Final = (7, 10, 2024)
LATER: Final = (11, 3, 2024)


def _row(title: str, abstract: str | None, day: tuple[int, int, int | None] | None = DAY, count: int | None = 4) -> Row:
    month, number, year = day or (None, None, None)
    return {"title": title, "abstract": abstract, "month": month, "day": number, "year": year, "author_count": count}


ONE_PAPER: Final[dict[str, tuple[tuple[Row, Row], ...]]] = {
    "CJK titles": (
        (_row("梯子的力学：横档断裂预测", CHINESE), _row("梯子的力学:横档断裂预测", CHINESE)),
        (_row("《梯子的力学》横档断裂预测", CHINESE), _row("梯子的力学 横档断裂预测", CHINESE.replace("，", ","))),
        (_row("梯子的力学：横档断裂预测", CHINESE), _row("梯子的力学：横档断裂预测研究", CHINESE)),
        (_row("梯子的力学：横档断裂预测", CHINESE), _row("梯子的力学：横档断裂预测", CHINESE[:80] + "……")),
        (_row("はしごの力学", JAPANESE), _row("はしごの力学", JAPANESE, None, None)),
        (_row("バランスと\uff8a\uff7c\uff9e\uff76\uff9e", JAPANESE), _row("バランスとハジガ", JAPANESE)),
        (_row("사다리의 역학과 가로대", KOREAN), _row("사다리의 역학과 가로대", KOREAN.replace(". ", ".\n"))),
        (_row("사다리의 역학", KOREAN), _row("\u1109\u1161\u1103\u1161\u1105\u1175의 역학", KOREAN)),
    ),
    "other scripts": (
        (_row("ميكانيكا السلالم: توقع الكسر", ARABIC), _row("ميكانيكا السُّلّم: توقع الكسر", ARABIC)),
        (_row("ميكانيكا السلالم، توقع الكسر", ARABIC), _row("ميكانيكا السلالم توقع الكسر؟", ARABIC)),
        (_row("Механика лестниц: прогноз поломок", RUSSIAN), _row("МЕХАНИКА ЛЕСТНИЦ — ПРОГНОЗ ПОЛОМОК", RUSSIAN)),
        (_row("Механика лестниц: прогноз поломок", RUSSIAN), _row("Механика лестниц: прогнозы поломок", RUSSIAN)),
        (_row("सीढ़ियों का यांत्रिकी", HINDI), _row("सीढ़ियों का यांत्रिकी", HINDI.replace("।", " ।"))),
        (_row("Mechanik der Leitern über Größe", GERMAN), _row("MECHANIK DER LEITERN ÜBER GRÖSSE", GERMAN)),
        (_row("Mechanik der Leitern", GERMAN), _row("Mechanik der Leitern", GERMAN[:200] + "...")),
        (_row("Η μηχανική των σκαλών", ENGLISH), _row("Η ΜΗΧΑΝΙΚΉ ΤΩΝ ΣΚΑΛΏΝ", ENGLISH)),
    ),
    "LaTeX by hand": (
        (_row("λ-Orthogonal Rungs", ENGLISH), _row("boldsymbolλ-Orthogonal Rungs", ENGLISH)),
        (_row("Rungs in O(n log n) Time", ENGLISH), _row(r"Rungs in $\mathcal{O}(n\log n)$ Time", ENGLISH)),
        (_row("Rungs in O(n^2) Time", ENGLISH), _row("Rungs in mathcalO(n²) Time", ENGLISH)),
        (_row("The ℓ1-Rung", ENGLISH), _row(r"The $\ell_1$-Rung", ENGLISH)),
        (_row("π0: A Rung Policy", ENGLISH), _row(r"$\pi_{0}$: A Rung Policy", ENGLISH)),
        (_row("π0.5: A Rung Policy", ENGLISH), _row("pi_0.5: A Rung Policy", ENGLISH)),
        (_row("Rungs at 10^{-3} Precision", ENGLISH), _row("Rungs at 10⁻³ Precision", ENGLISH)),
        (_row("A²-Ladder", ENGLISH), _row(r"A$^{\mathbf{2}}$-Ladder", ENGLISH)),
        (_row("RungNet: {\\it in situ} Checks", ENGLISH), _row("RungNet: in situ Checks", ENGLISH)),
        (_row(r"\textsc{RungNet}: Checks \& Balances", ENGLISH), _row("RungNet: Checks & Balances", ENGLISH)),
        (_row("Schrödinger's Ladder", ENGLISH), _row(r"Schr\"{o}dinger's Ladder", ENGLISH)),
        (_row("Gödel Rungs", ENGLISH), _row(r"G{\"o}del Rungs", ENGLISH)),
        (_row("Rungs: ½ the Cost", ENGLISH), _row(r"Rungs: $\frac{1}{2}$ the Cost", ENGLISH)),
        (_row("2× Faster Ladders", ENGLISH), _row(r"2$\times$ Faster Ladders", ENGLISH)),
        (_row("2x Faster Ladders", ENGLISH), _row("2× Faster Ladders", ENGLISH)),
        (_row("From A→B", ENGLISH), _row("From A -> B", ENGLISH)),
        (_row("Ladders with $k$-NN Rungs", ENGLISH), _row("Ladders with k-NN Rungs", ENGLISH)),
        (_row("Rungs\\\\for Ladders", ENGLISH), _row("Rungs for Ladders", ENGLISH)),
    ),
    "title and abstract by hand": (
        (_row("RUNGNET: MEASURING LADDERS", ENGLISH), _row("RungNet: Measuring Ladders", ENGLISH)),
        (
            _row("RungNet: Measuring Ladders", ENGLISH),
            _row("RungNet: Measuring Ladders", f"[Project page: https://r.example/] {ENGLISH}"),
        ),
        (
            _row("RungNet: Measuring Ladders", ENGLISH),
            _row("RungNet: Measuring Ladders", ENGLISH[:200] + "...", None, None),
        ),
        (
            _row("RungNet: Measuring Ladders", ENGLISH),
            _row("RungNet: Measuring Ladders", ENGLISH.replace("break", "br-\neak")),
        ),
        (_row("RungNet: Measuring Two Ladders", ENGLISH), _row("RungNet: Measuring 2 Ladders", ENGLISH)),
        (
            _row("RungNet: Measuring Ladders", ENGLISH, count=4),
            _row("RungNet: Measuring Ladders", ENGLISH[80:], count=5),
        ),
        (_row("RungNet: Measuring Ladders at Scale", ENGLISH), _row("RungNet: Measuring Ladders at Scale", CHINESE)),
        (_row("Measuring Ladders with RungNet", ENGLISH), _row("RungNet: Measuring Ladders", ENGLISH)),
        (_row("🪜 RungNet", ENGLISH), _row("RungNet", ENGLISH)),
        (_row("RungNet &amp; Friends", ENGLISH), _row("RungNet & Friends", ENGLISH.replace("'", "&#39;"))),
        (_row("Self-Supervised Rungs", ENGLISH), _row("Self-\nsupervised Rungs", ENGLISH)),
        (_row("Modelling Rung Behaviour", ENGLISH), _row("Modeling Rung Behavior", ENGLISH)),
        (_row("RungNet", ENGLISH, (12, 31, None)), _row("RungNet", ENGLISH, (12, 31, 2023))),
        (_row("RungNet (NeurIPS 2024)", ENGLISH), _row("RungNet", ENGLISH)),
    ),
}

TWO_PAPERS: Final[dict[str, tuple[tuple[Row, Row], ...]]] = {
    "other scripts, other paper": (
        (_row("综述", CHINESE), _row("综述", CHINESE_TIDES, LATER, 7)),
        (_row("梯子的力学（一）", CHINESE), _row("梯子的力学（二）", CHINESE_TIDES, LATER, 7)),
        (
            _row("梯子的力学（上）", CHINESE, None, None),
            _row("梯子的力学（下）", CHINESE[:100] + CHINESE_TIDES[40:], None, None),
        ),
        (_row("パス", JAPANESE), _row("バス", CHINESE_TIDES, LATER)),
        (_row("ハンの本", JAPANESE, None, None), _row("パンの本", JAPANESE[60:] + "別の研究である。", LATER, 9)),
        (_row("की सीढ़ी", HINDI), _row("का सीढ़ा", HINDI[100:], LATER, 2)),
        (_row("사다리 1", KOREAN), _row("사다리 2", KOREAN[:100], LATER)),
        (_row("Лестницы, часть I", RUSSIAN), _row("Лестницы, часть II", RUSSIAN[:200], LATER)),
        (
            _row("Leitern mit Sprossen", GERMAN, None, None),
            _row("Leitern ohne Sprossen", GERMAN[:250] + ENGLISH, None, None),
        ),
        (_row("السلالم 1", ARABIC), _row("السلالم 2", ARABIC[:150], LATER)),
    ),
    "marks by hand": (
        (_row("RungNet", ENGLISH), _row("RungNet 2", ENGLISH.replace("ninety", "two hundred"), LATER)),
        (
            _row("RungNet Technical Report", ENGLISH, None, None),
            _row("RungNet-Omni Technical Report", ENGLISH.replace("Ladders", "Stairs"), None, None),
        ),
        (_row("Rung-7B", ENGLISH, None, None), _row("Rung-70B", NEARLY, None, None)),
        (_row("Rung 10^3", ENGLISH, None, None), _row("Rung 103", NEARLY, None, None)),
        (_row("Rung v1.2.3", ENGLISH, None, None), _row("Rung v1.2 3", NEARLY, None, None)),
        (_row("Rung++", ENGLISH, None, None), _row("Rung", NEARLY, None, None)),
        (_row("Rung# in Practice", ENGLISH, None, None), _row("Rung in Practice", NEARLY, None, None)),
        (_row("Rung Challenge 2024", ENGLISH, None, None), _row("Rung Challenge 2025", NEARLY, None, None)),
        (_row("Rungs II: Falls", ENGLISH, None, None), _row("Rungs IV: Falls", NEARLY, None, None)),
        (_row("Rungs Can Hold", ENGLISH, None, None), _row("Rungs Can't Hold", NEARLY, None, None)),
        (_row("Rung-3.5 Sonnet", ENGLISH, None, None), _row("Rung-3.7 Sonnet", NEARLY, None, None)),
        (_row("Rung Mini", ENGLISH, None, None), _row("Rung Max", NEARLY, None, None)),
    ),
    "opposites by hand": (
        (_row("Symmetric Rungs", ENGLISH, None, None), _row("Asymmetric Rungs", NEARLY, None, None)),
        (_row("Rung for Children", ENGLISH, None, None), _row("Rung for Adults", NEARLY, None, None)),
        (_row("ChatRung-4o", ENGLISH, None, None), _row("ChatRung-4", NEARLY, None, None)),
        (_row("Rung++: Fast", ENGLISH, None, None), _row("Rung+: Fast", ENGLISH, None, None)),
        (_row("The 1st Rung Challenge", ENGLISH, None, None), _row("The 2nd Rung Challenge", NEARLY, None, None)),
    ),
    "nothing but a title": (
        (_row("Editorial", None), _row("Editorial", ENGLISH, LATER, 1)),
        (_row("A Survey", None, None, None), _row("A Survey", ENGLISH)),
        (
            _row("Editorial", "This editorial introduces the issue.", DAY, 1),
            _row("Editorial", "This editorial introduces an issue.", LATER, 1),
        ),
        (_row("RungNet", ENGLISH), _row("RungNet", TIDES, LATER, 9)),
        (_row("RungNet", ENGLISH, None, None), _row("RungNet", TIDES, None, None)),
        (_row("Attention", ENGLISH), _row("Attention", TIDES, DAY, 4)),
    ),
}


def make_invented_pairs() -> Iterator[Pair]:
    """Make all of them; the same texts in every run."""
    for is_same, families in ((True, ONE_PAPER), (False, TWO_PAPERS)):
        for family, pairs in families.items():
            yield from (Pair(family, left, right, is_same) for left, right in pairs)
