"""Who and what the story is about. Nobody's ID number begins with 230199."""

COUNTY = "230231000000"
TOWNSHIP = "230231100000"
VILLAGE = "230231100200"

ZHANG = {"name": "张三", "id_number": "230199197506150017"}
LI = {"name": "李四", "id_number": "230199198203040018"}
WANG = {"name": "王五", "id_number": "230199199001010018"}

SIGNED, DUE = "2018-03-05", "2019-03-05"
