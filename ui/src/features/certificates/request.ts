// A chosen request file as text: PEM stays, DER becomes base64, both of which the program reads.

/** Text of the file, or its octets in base64 when it is DER (a SEQUENCE, first octet 0x30 and a long length). */
export function requestText(octets: Uint8Array): string {
  if (octets[0] !== 0x30 || (octets[1] ?? 0) < 0x80) return new TextDecoder().decode(octets);
  return btoa(Array.from(octets, (octet) => String.fromCharCode(octet)).join(""));
}
