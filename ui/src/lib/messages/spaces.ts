/** A narrow no-break space before ; : ! ? and inside guillemets. */
export function frenchSpaces(text: string): string {
  return text
    .replace(/ ([;:!?])/g, "\u202F$1")
    .replace(/« /g, "«\u202F")
    .replace(/ »/g, "\u202F»")
    .replace(/(\d) (h|min|s|jours|ans)\b/g, "$1\u00A0$2");
}
