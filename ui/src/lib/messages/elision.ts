/** A sound that takes the elision. Before h nothing is elided: a name does not say whether it is mute, and an address is read letter by letter. */
const VOWEL = /^(?:[aeiouàáâãäåæèéêëìíîïòóôõöøùúûüœ]|y[^aeiou])/iu;

const elided = (word: "d" | "qu", name: string) => (VOWEL.test(name) ? `${word}’${name}` : `${word}e ${name}`);

/** “de Bob”, “d’Alice”. */
export const de = (name: string) => elided("d", name);
/** “que bob@…”, “qu’alice@…”. */
export const que = (name: string) => elided("qu", name);
