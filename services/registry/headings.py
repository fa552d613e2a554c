"""The columns of the national export, by the headings that offices give them (policy.md 4.1)."""

from collections.abc import Mapping

from kernel.bulk.formats.cells import plain
from kernel.bulk.formats.layout import REASON

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "household_no": ("户编号", "户编码"),
    "year": ("年度",),
    "village_code": ("村代码", "村编码", "行政村代码", "行政区划代码"),
    "province": ("省", "省份", "省(自治区、直辖市)"),
    "prefecture": ("市", "地市", "市(州)", "市(盟、州)"),
    "county": ("县", "区县", "县(区)", "县(市、区)", "县(市、区、旗)"),
    "township": ("乡", "乡镇", "乡(镇)"),
    "village": ("村", "行政村"),
    "lifting": ("脱贫状态", "脱贫属性"),
    "identified_year": ("识别年度", "首次识别年度"),
    "lifted_year": ("脱贫年度",),
    "attribute": ("贫困户属性", "户属性"),
    "main_cause": ("主要致贫原因",),
    "other_causes": ("其他致贫原因",),
    "per_capita_income": ("人均纯收入", "年人均纯收入", "家庭人均纯收入"),
    "household_phone": ("户联系电话",),
    "member_no": ("人口编号", "人编号", "人编码"),
    "name": ("姓名", "成员姓名"),
    "id_number": ("证件号码", "身份证号码", "身份证号"),
    "relation": ("与户主关系",),
    "labour_skill": ("劳动技能",),
    "health": ("健康状况",),
    "education": ("文化程度",),
    "studying": ("在校生状况",),
    "phone": ("成员联系电话", "联系电话"),
    "joined_on": ("增加日期", "加入日期"),
    "left_on": ("减少日期", "离开日期"),
    "died_on": ("死亡日期",),
}
"""What is read, each with its spellings; messages name a column by the first one."""

KNOWN = {plain(alias): name for name, aliases in HEADINGS.items() for alias in aliases}

_NOT_KEPT = """
    性别 出生日期 证件类型 民族 务工时间(月) 政治面貌 务工企业名称 是否享受低保
    是否参加城镇职工基本养老保险 是否参加大病保险 是否参加新农合 是否参加城乡居民养老
    失学或辍学原因 是否会讲普通话 商业补充医疗 是否国外务工 产业分类 大病医疗救助 其他健康扶贫
    公益性岗位类型 公益性岗位月数 就业渠道 残疾类别 务工所在地 户主姓名 户主证件号码 职工医保
    特困供养人员 残疾证办证年度 识别标准
    序号 人数 危房户 饮水安全
"""
IGNORED = frozenset([*_NOT_KEPT.split(), *map(plain, REASON)])
"""What the export of 47 columns (F38) and the counties' template of 26 (F36c) may also hold. Sex
and birthday are read from the ID number."""
