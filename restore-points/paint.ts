/** Puts a style on a text, or leaves it plain. */
export type Paint = (style: "bold" | "cyan" | "dim" | "green" | "red" | "yellow", text: string) => string;

export const PLAIN: Paint = (_style, text) => text;
