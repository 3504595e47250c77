#include "server/model/attack.h"

#define ACCESS       TACTIC_BIT(TACTIC_INITIAL_ACCESS)
#define EXECUTION    TACTIC_BIT(TACTIC_EXECUTION)
#define PERSISTENCE  TACTIC_BIT(TACTIC_PERSISTENCE)
#define PRIVILEGES   TACTIC_BIT(TACTIC_PRIVILEGE_ESCALATION)
#define EVASION      TACTIC_BIT(TACTIC_DEFENSE_EVASION)
#define CREDENTIALS  TACTIC_BIT(TACTIC_CREDENTIAL_ACCESS)
#define DISCOVERY    TACTIC_BIT(TACTIC_DISCOVERY)
#define LATERAL      TACTIC_BIT(TACTIC_LATERAL_MOVEMENT)
#define COLLECTION   TACTIC_BIT(TACTIC_COLLECTION)
#define EXFILTRATION TACTIC_BIT(TACTIC_EXFILTRATION)
#define CONTROL      TACTIC_BIT(TACTIC_COMMAND_AND_CONTROL)
#define IMPACT       TACTIC_BIT(TACTIC_IMPACT)
#define RESOURCES    TACTIC_BIT(TACTIC_RESOURCE_DEVELOPMENT)
#define RECON        TACTIC_BIT(TACTIC_RECONNAISSANCE)

/* Enterprise matrix; in order of the number. */
static const struct {
	uint16_t technique;
	uint16_t tactics;
} matrix[] = {
	{ 1001, CONTROL },
	{ 1003, CREDENTIALS },
	{ 1005, COLLECTION },
	{ 1006, EVASION },
	{ 1007, DISCOVERY },
	{ 1008, CONTROL },
	{ 1010, DISCOVERY },
	{ 1011, EXFILTRATION },
	{ 1012, DISCOVERY },
	{ 1014, EVASION },
	{ 1016, DISCOVERY },
	{ 1018, DISCOVERY },
	{ 1020, EXFILTRATION },
	{ 1021, LATERAL },
	{ 1025, COLLECTION },
	{ 1027, EVASION },
	{ 1029, EXFILTRATION },
	{ 1030, EXFILTRATION },
	{ 1033, DISCOVERY },
	{ 1036, EVASION },
	{ 1037, PERSISTENCE | PRIVILEGES },
	{ 1039, COLLECTION },
	{ 1040, CREDENTIALS | DISCOVERY },
	{ 1041, EXFILTRATION },
	{ 1046, DISCOVERY },
	{ 1047, EXECUTION },
	{ 1048, EXFILTRATION },
	{ 1049, DISCOVERY },
	{ 1052, EXFILTRATION },
	{ 1053, EXECUTION | PERSISTENCE | PRIVILEGES },
	{ 1055, EVASION | PRIVILEGES },
	{ 1056, COLLECTION | CREDENTIALS },
	{ 1057, DISCOVERY },
	{ 1059, EXECUTION },
	{ 1068, PRIVILEGES },
	{ 1069, DISCOVERY },
	{ 1070, EVASION },
	{ 1071, CONTROL },
	{ 1072, EXECUTION | LATERAL },
	{ 1074, COLLECTION },
	{ 1078, EVASION | PERSISTENCE | PRIVILEGES | ACCESS },
	{ 1080, LATERAL },
	{ 1082, DISCOVERY },
	{ 1083, DISCOVERY },
	{ 1087, DISCOVERY },
	{ 1090, CONTROL },
	{ 1091, LATERAL | ACCESS },
	{ 1092, CONTROL },
	{ 1095, CONTROL },
	{ 1098, PERSISTENCE | PRIVILEGES },
	{ 1102, CONTROL },
	{ 1104, CONTROL },
	{ 1105, CONTROL },
	{ 1106, EXECUTION },
	{ 1110, CREDENTIALS },
	{ 1111, CREDENTIALS },
	{ 1112, EVASION | PERSISTENCE },
	{ 1113, COLLECTION },
	{ 1114, COLLECTION },
	{ 1115, COLLECTION },
	{ 1119, COLLECTION },
	{ 1120, DISCOVERY },
	{ 1123, COLLECTION },
	{ 1124, DISCOVERY },
	{ 1125, COLLECTION },
	{ 1127, EVASION },
	{ 1129, EXECUTION },
	{ 1132, CONTROL },
	{ 1133, PERSISTENCE | ACCESS },
	{ 1134, EVASION | PRIVILEGES },
	{ 1135, DISCOVERY },
	{ 1136, PERSISTENCE },
	{ 1137, PERSISTENCE },
	{ 1140, EVASION },
	{ 1176, PERSISTENCE },
	{ 1185, COLLECTION },
	{ 1187, CREDENTIALS },
	{ 1189, ACCESS },
	{ 1190, ACCESS },
	{ 1195, ACCESS },
	{ 1197, EVASION | PERSISTENCE },
	{ 1199, ACCESS },
	{ 1200, ACCESS },
	{ 1201, DISCOVERY },
	{ 1202, EVASION },
	{ 1203, EXECUTION },
	{ 1204, EXECUTION },
	{ 1205, EVASION | PERSISTENCE | CONTROL },
	{ 1207, EVASION },
	{ 1210, LATERAL },
	{ 1211, EVASION },
	{ 1212, CREDENTIALS },
	{ 1213, COLLECTION },
	{ 1216, EVASION },
	{ 1217, DISCOVERY },
	{ 1218, EVASION },
	{ 1219, CONTROL },
	{ 1220, EVASION },
	{ 1221, EVASION },
	{ 1222, EVASION },
	{ 1480, EVASION },
	{ 1482, DISCOVERY },
	{ 1484, EVASION | PRIVILEGES },
	{ 1485, IMPACT },
	{ 1486, IMPACT },
	{ 1489, IMPACT },
	{ 1490, IMPACT },
	{ 1491, IMPACT },
	{ 1495, IMPACT },
	{ 1496, IMPACT },
	{ 1497, EVASION | DISCOVERY },
	{ 1498, IMPACT },
	{ 1499, IMPACT },
	{ 1505, PERSISTENCE },
	{ 1518, DISCOVERY },
	{ 1525, PERSISTENCE },
	{ 1526, DISCOVERY },
	{ 1528, CREDENTIALS },
	{ 1529, IMPACT },
	{ 1530, COLLECTION },
	{ 1531, IMPACT },
	{ 1534, LATERAL },
	{ 1535, EVASION },
	{ 1537, EXFILTRATION },
	{ 1538, DISCOVERY },
	{ 1539, CREDENTIALS },
	{ 1542, EVASION | PERSISTENCE },
	{ 1543, PERSISTENCE | PRIVILEGES },
	{ 1546, PRIVILEGES | PERSISTENCE },
	{ 1547, PERSISTENCE | PRIVILEGES },
	{ 1548, PRIVILEGES | EVASION },
	{ 1550, EVASION | LATERAL },
	{ 1552, CREDENTIALS },
	{ 1553, EVASION },
	{ 1554, PERSISTENCE },
	{ 1555, CREDENTIALS },
	{ 1556, CREDENTIALS | EVASION | PERSISTENCE },
	{ 1557, CREDENTIALS | COLLECTION },
	{ 1558, CREDENTIALS },
	{ 1559, EXECUTION },
	{ 1560, COLLECTION },
	{ 1561, IMPACT },
	{ 1562, EVASION },
	{ 1563, LATERAL },
	{ 1564, EVASION },
	{ 1565, IMPACT },
	{ 1566, ACCESS },
	{ 1567, EXFILTRATION },
	{ 1568, CONTROL },
	{ 1569, EXECUTION },
	{ 1570, LATERAL },
	{ 1571, CONTROL },
	{ 1572, CONTROL },
	{ 1573, CONTROL },
	{ 1574, PERSISTENCE | PRIVILEGES | EVASION },
	{ 1578, EVASION },
	{ 1580, DISCOVERY },
	{ 1583, RESOURCES },
	{ 1584, RESOURCES },
	{ 1585, RESOURCES },
	{ 1586, RESOURCES },
	{ 1587, RESOURCES },
	{ 1588, RESOURCES },
	{ 1589, RECON },
	{ 1590, RECON },
	{ 1591, RECON },
	{ 1592, RECON },
	{ 1593, RECON },
	{ 1594, RECON },
	{ 1595, RECON },
	{ 1596, RECON },
	{ 1597, RECON },
	{ 1598, RECON },
	{ 1599, EVASION },
	{ 1600, EVASION },
	{ 1601, EVASION },
	{ 1602, COLLECTION },
	{ 1606, CREDENTIALS },
	{ 1608, RESOURCES },
	{ 1609, EXECUTION },
	{ 1610, EVASION | EXECUTION },
	{ 1611, PRIVILEGES },
	{ 1612, EVASION },
	{ 1613, DISCOVERY },
	{ 1614, DISCOVERY },
	{ 1615, DISCOVERY },
	{ 1619, DISCOVERY },
	{ 1620, EVASION },
	{ 1621, CREDENTIALS },
	{ 1622, EVASION | DISCOVERY },
	{ 1647, EVASION },
	{ 1648, EXECUTION },
	{ 1649, CREDENTIALS },
	{ 1650, RESOURCES },
	{ 1651, EXECUTION },
	{ 1652, DISCOVERY },
	{ 1653, PERSISTENCE },
	{ 1654, DISCOVERY },
	{ 1656, EVASION },
	{ 1657, IMPACT },
	{ 1659, ACCESS | CONTROL },
	{ 1665, CONTROL },
	{ 1666, EVASION },
	{ 1667, IMPACT },
	{ 1668, PERSISTENCE },
	{ 1669, ACCESS },
	{ 1671, PERSISTENCE },
	{ 1672, EVASION },
	{ 1673, DISCOVERY },
	{ 1674, EXECUTION },
	{ 1675, EXECUTION },
	{ 1677, EXECUTION },
	{ 1678, EVASION },
	{ 1679, EVASION },
	{ 1680, DISCOVERY },
	{ 1681, RECON },
};

static const struct {
	const char *id;
	enum tactic tactic;
} tactic_ids[] = {
	{ "TA0001", TACTIC_INITIAL_ACCESS },
	{ "TA0002", TACTIC_EXECUTION },
	{ "TA0003", TACTIC_PERSISTENCE },
	{ "TA0004", TACTIC_PRIVILEGE_ESCALATION },
	{ "TA0005", TACTIC_DEFENSE_EVASION },
	{ "TA0006", TACTIC_CREDENTIAL_ACCESS },
	{ "TA0007", TACTIC_DISCOVERY },
	{ "TA0008", TACTIC_LATERAL_MOVEMENT },
	{ "TA0009", TACTIC_COLLECTION },
	{ "TA0010", TACTIC_EXFILTRATION },
	{ "TA0011", TACTIC_COMMAND_AND_CONTROL },
	{ "TA0040", TACTIC_IMPACT },
	{ "TA0042", TACTIC_RESOURCE_DEVELOPMENT },
	{ "TA0043", TACTIC_RECONNAISSANCE },
};

/* The number of "T1071" in "T1071" or "T1071.001" (some rules write T1071_001); 0 when it is no technique. */
static unsigned technique_number(struct slice id)
{
	uint64_t number, sub;

	if (id.len < 5 || id.ptr[0] != 'T' || !slice_to_uint64(slice_take(slice_skip(id, 1), 4), &number))
		return 0;
	if (id.len == 5)
		return (unsigned)number;
	if (id.len != 9 || (id.ptr[5] != '.' && id.ptr[5] != '_') || !slice_to_uint64(slice_skip(id, 6), &sub))
		return 0;
	return (unsigned)number;
}

bool attack_is_technique(struct slice id)
{
	return technique_number(id) >= 1000;
}

unsigned attack_tactics_of(struct slice technique)
{
	unsigned number = technique_number(technique);
	size_t low = 0, high = ARRAY_LEN(matrix);

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (matrix[middle].technique == number)
			return matrix[middle].tactics;
		if (matrix[middle].technique < number)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

unsigned attack_tactic(struct slice id)
{
	for (size_t i = 0; i < ARRAY_LEN(tactic_ids); i++)
		if (slice_is(id, tactic_ids[i].id))
			return TACTIC_BIT(tactic_ids[i].tactic);
	return 0;
}

/* Ways in that need no help of a person inside: an exploit or a stolen login rather than a delivery. */
static bool breaks_in(struct slice technique)
{
	unsigned number = technique_number(technique);

	return number == 1190 || number == 1133 || number == 1078 || number == 1199;
}

enum stage attack_stage(unsigned tactics, struct slice technique)
{
	static const struct {
		unsigned tactics;
		enum stage stage;
	} order[] = {
		{ CREDENTIALS | LATERAL | COLLECTION | EXFILTRATION | IMPACT, STAGE_ACTIONS },
		{ CONTROL, STAGE_COMMAND_AND_CONTROL },
		{ PERSISTENCE | EVASION, STAGE_INSTALLATION },
		{ EXECUTION | PRIVILEGES, STAGE_EXPLOITATION },
		{ ACCESS, STAGE_DELIVERY },
		{ RECON | DISCOVERY, STAGE_RECONNAISSANCE },
	};

	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		if (!(tactics & order[i].tactics))
			continue;
		if (order[i].stage == STAGE_DELIVERY && breaks_in(technique))
			return STAGE_EXPLOITATION;
		return order[i].stage;
	}
	return STAGE_NONE;
}
