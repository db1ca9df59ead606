/** Something that is not as Janus needs it. */
export interface Finding {
  /** Where, such as `images.width`, or a table and the key of a row. */
  readonly where: string;
  /** What is wrong. No value is in it. */
  readonly what: string;
  readonly advice: string;
}
