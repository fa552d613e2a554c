"""What the rulebook says between the rules, in Chinese and English."""

from kernel.law import Certainty, Kind

KINDS = {
    Kind.HARD: {"zh": "硬性条件", "en": "hard: must be met"},
    Kind.SOFT: {
        "zh": "原则性条件（原则上，可登记例外）",
        "en": "soft: a recorded exception passes it",
    },
    Kind.ATTEST: {
        "zh": "认定条件（须有人认定是或否）",
        "en": "attested: somebody's yes or no on record",
    },
    Kind.FLAG: {"zh": "提示条件（须人工核查）", "en": "flag: a person must look"},
    Kind.FINDING: {"zh": "监测发现", "en": "finding: what must be noticed afterwards"},
}
CERTAINTIES: dict[str, dict[str, str]] = {
    Certainty.STATED: {"zh": "有明文依据", "en": "stated"},
    Certainty.ASSUMED: {"zh": "推定", "en": "assumed"},
}
SERVICES = {
    "policy": {"zh": "共同依据", "en": "used by several"},
    "registry": {"zh": "建档立卡与信息共享", "en": "registry and sharing"},
    "loans": {"zh": "扶贫小额信贷", "en": "loans"},
    "subsidy": {"zh": "财政贴息", "en": "subsidy"},
    "insurance": {"zh": "扶贫小额人身保险", "en": "insurance"},
    "rectification": {"zh": "整改台账", "en": "rectification"},
}
WORDS = {
    "title": {"zh": "金桥规则手册", "en": "The rulebook of Jinqiao"},
    "introduction": {
        "zh": "本手册由系统所用的规则和数值直接生成：此处所写，即系统所判。每个条件有三种结论："
        "符合、不符合、无法判定（缺少事实，或无人申明“已全部报送”）。"
        "日期的“止”一律不含当日。注明“推定”的内容尚无明文依据。",
        "en": "This book is generated from the rules and figures themselves: what stands here is "
        "what is judged. A condition is met, not met, or undetermined (a fact is missing, or "
        "nobody declared that he told everything). An end is the first day on which something no "
        "longer holds. What is assumed says so.",
    },
    "as_of": {"zh": "仅列 {day} 有效的数值。", "en": "Only values in force on {day}."},
    "regimes": {"zh": "制度沿革", "en": "Regimes"},
    "conditions": {"zh": "条件", "en": "Conditions"},
    "figures": {"zh": "数值", "en": "Figures"},
    "regime": {"zh": "制度", "en": "Regime"},
    "from": {"zh": "起", "en": "From"},
    "before": {"zh": "止（不含）", "en": "Until before"},
    "place": {"zh": "地区", "en": "Place"},
    "lender": {"zh": "机构", "en": "Lender"},
    "value": {"zh": "值", "en": "Value"},
    "citation": {"zh": "依据", "en": "Source"},
    "certainty": {"zh": "确定程度", "en": "Certainty"},
    "note": {"zh": "说明", "en": "Note"},
    "everywhere": {"zh": "全国", "en": "everywhere"},
    "kind": {"zh": "性质", "en": "Kind"},
    "plan": {"zh": "对应整改方案", "en": "Item of the plan"},
    "reading": {"zh": "解读", "en": "Reading"},
    "asked_of": {"zh": "适用对象", "en": "Asked of"},
    "uses": {"zh": "用到的数值", "en": "Figures of law"},
    "rests_on": {"zh": "依据的事实", "en": "Facts it rests on"},
    "used_by": {"zh": "用于", "en": "Used by"},
    "unit": {"zh": "单位", "en": "Unit"},
    "comma": {"zh": "、", "en": ", "},
    "values_of": {"zh": "共{count}个时段，见", "en": "{count} dated values, see"},
}
