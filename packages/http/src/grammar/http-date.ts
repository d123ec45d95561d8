/**
 * HTTP dates (RFC 9110, 5.6.7): written as IMF-fixdate, read in all three forms that recipients
 * must accept. Times are milliseconds since 1970, so that no clock and no Date object is needed.
 */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const LONG_DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const;
const DAY_MS = 86_400_000;

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`);

/** Days since 1970-01-01 of a date of the Gregorian calendar, counting years from March. */
function daysOf(year: number, month: number, day: number): number {
  const y = month < 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 10) % 12) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The inverse of {@link daysOf}; the month counts from 0. */
function dateOf(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = (fromMarch + 2) % 12;
  return { year: yearOfEra + era * 400 + (month < 2 ? 1 : 0), month, day };
}

/**
 * Formats a time as IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`. Fractions of a second are cut.
 *
 * @param timeMs milliseconds since 1970-01-01 UTC.
 * @throws RangeError for a year that four digits cannot hold.
 */
export function formatHttpDate(timeMs: number): string {
  const days = Math.floor(timeMs / DAY_MS);
  const second = Math.floor((timeMs - days * DAY_MS) / 1000);
  const { year, month, day } = dateOf(days);
  if (!(year >= 0 && year <= 9999)) throw new RangeError(`no HTTP date: ${timeMs}`);
  const weekday = DAYS[(((days + 4) % 7) + 7) % 7]!;
  const clock = `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
  return `${weekday}, ${two(day)} ${MONTHS[month]!} ${String(year).padStart(4, '0')} ${clock} GMT`;
}

const IMF_FIXDATE = /^(\w{3}), (\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const RFC_850 = /^(\w{6,9}), (\d{2})-(\w{3})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const ASCTIME = /^(\w{3}) (\w{3}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/;

/**
 * Reads a date in any of the three forms; `null` for what is none. The name of the day is not held
 * against the date.
 *
 * @param nowMs the present, which decides the century of a two-digit year: a date that would lie
 *   more than 50 years ahead is one of the past.
 */
export function parseHttpDate(text: string, nowMs: number): number | null {
  const imf = IMF_FIXDATE.exec(text);
  if (imf !== null) {
    const [, weekday = '', day, month, year, hour, minute, second] = imf;
    if (!(DAYS as readonly string[]).includes(weekday)) return null;
    return timeOf(Number(year), month, Number(day), Number(hour), Number(minute), Number(second));
  }
  const asctime = ASCTIME.exec(text);
  if (asctime !== null) {
    const [, weekday = '', month, day, hour, minute, second, year] = asctime;
    if (!(DAYS as readonly string[]).includes(weekday)) return null;
    return timeOf(Number(year), month, Number(day), Number(hour), Number(minute), Number(second));
  }
  const old = RFC_850.exec(text);
  if (old === null || !LONG_DAYS.includes(old[1] ?? '')) return null;
  const [, , day, month, shortYear, hour, minute, second] = old;
  const thisYear = dateOf(Math.floor(nowMs / DAY_MS)).year;
  let year = thisYear - (thisYear % 100) + Number(shortYear);
  if (year > thisYear + 50) year -= 100;
  return timeOf(year, month, Number(day), Number(hour), Number(minute), Number(second));
}

function timeOf(
  year: number,
  monthName: string | undefined,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | null {
  const month = (MONTHS as readonly (string | undefined)[]).indexOf(monthName);
  // 60 is a leap second; it is the first second of the next minute here.
  if (month < 0 || day < 1 || hour > 23 || minute > 59 || second > 60) return null;
  const days = daysOf(year, month, day);
  if (dateOf(days).month !== month) return null;
  return days * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000;
}
