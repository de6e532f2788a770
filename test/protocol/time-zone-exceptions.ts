/**
 * The zone-years that no blob can say: more than two changes, or two that lead to a third offset. The number is the hours of
 * the year in which the best blob is wrong. As the time zone database 2025c has them.
 */
// biome-ignore format: one row, zones that share it
export const inexactYears: readonly (readonly [zones: string, hoursOfYear: Readonly<Record<number, number>>])[] = [
  ['Africa/Cairo', { 2010: 503, 2014: 841 }],
  ['Africa/Casablanca Africa/El_Aaiun', { 2012: 744, 2013: 816, 2014: 840, 2015: 840, 2016: 840, 2017: 1008, 2018: 840, 2029: 46, 2033: 165 }],
  ['America/Argentina/La_Rioja America/Argentina/San_Juan', { 1991: 1610 }],
  ['America/Argentina/San_Luis', { 1990: 1728, 2008: 480 }],
  ['America/Bahia_Banderas', { 2010: 1487 }],
  ['America/Boa_Vista America/Noronha America/Recife', { 2000: 167 }],
  ['America/Cancun', { 1998: 1631 }],
  ['America/Fortaleza America/Maceio', { 2000: 335 }],
  ['America/Indiana/Winamac', { 2007: 1391 }],
  ['America/Iqaluit', { 1999: 1488 }],
  ['America/Jujuy', { 1990: 1488, 1991: 1800 }],
  ['America/Mendoza', { 1990: 1488, 1992: 1440 }],
  ['America/Metlakatla', { 2019: 458 }],
  ['Asia/Almaty Asia/Anadyr Asia/Aqtobe Asia/Atyrau Asia/Chita Asia/Irkutsk Asia/Kamchatka Asia/Khandyga Asia/Krasnoyarsk Asia/Magadan Asia/Novokuznetsk Asia/Omsk Asia/Qostanay Asia/Sakhalin Asia/Srednekolymsk Asia/Ust-Nera Asia/Vladivostok Asia/Yakutsk Asia/Yekaterinburg Europe/Moscow Europe/Ulyanovsk', { 1992: 434 }],
  ['Asia/Aqtau', { 1992: 434, 1994: 2042 }],
  ['Asia/Barnaul', { 1992: 434, 1995: 1509 }],
  ['Asia/Colombo', { 1996: 1608 }],
  ['Asia/Gaza', { 2040: 167 }],
  ['Asia/Hebron', { 2011: 697, 2040: 167 }],
  ['Asia/Novosibirsk', { 1992: 434, 1993: 1341 }],
  ['Asia/Tbilisi', { 2004: 1486 }],
  ['Asia/Tomsk', { 1992: 434, 2002: 744 }],
  ['Atlantic/Azores', { 1992: 118, 1993: 1944 }],
  ['Europe/Chisinau', { 1990: 1007 }],
  ['Europe/Simferopol', { 1994: 2042, 2014: 1607 }],
  ['Pacific/Apia', { 2011: 24 }],
];
