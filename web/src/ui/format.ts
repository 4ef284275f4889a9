// Numbers and codes in words.

const whole = new Intl.NumberFormat('en');

export const fullNumber = (value: number): string => whole.format(value);

/** "1.23M", "224k", "8.1k", "87". */
export function shortNumber(value: number): string {
  if (value >= 1e7) return `${Math.round(value / 1e6)}M`;
  if (value >= 999_500) return `${(value / 1e6).toFixed(2)}M`;
  if (value >= 9950) return `${Math.round(value / 1e3)}k`;
  if (value >= 1e3) return `${(value / 1e3).toFixed(1)}k`;
  return String(Math.round(value));
}

/** A part of one as "12%", "9.7%", "0.04%". */
export function percent(part: number): string {
  const value = part * 100;
  if (value >= 9.95 || value === 0) return `${Math.round(value)}%`;
  return `${value.toFixed(value >= 0.095 ? 1 : 2)}%`;
}

export const times = (value: number): string => `${value.toFixed(value >= 99.5 ? 0 : 1)}×`;

export const plural = (count: number, one: string, many = `${one}s`): string => `${fullNumber(count)} ${count === 1 ? one : many}`;

/** A language code as a name, the code itself when it is none. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(['en'], { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** "2022-01-03T04:00:00Z" -> "3 Jan 2022"; other text as it is. */
export function dayOf(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
}

export function windowOf(begin: string, end: string): string {
  if (!begin) return '';
  const first = dayOf(begin);
  const last = dayOf(end || begin);
  if (first === last) return first;
  const [firstDay, ...firstMonth] = first.split(' ');
  const [, ...lastMonth] = last.split(' ');
  return firstMonth.join() === lastMonth.join() ? `${firstDay}–${last}` : `${first} – ${last}`;
}
