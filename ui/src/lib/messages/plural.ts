// Counted words. English has two forms, French counts 0 with the singular.

/** 1284 as "1 284", with a no-break space. */
export const figure = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, "\u00A0");

/** "1 phone", "3 phones". */
export const countEn = (n: number, one: string, many: string): string => `${figure(n)} ${n === 1 ? one : many}`;

/** "0 téléphone", "3 téléphones". */
export const countFr = (n: number, one: string, many: string): string => `${figure(n)} ${Math.abs(n) < 2 ? one : many}`;
