/** Adds a style to a text, or returns it unchanged. */
export type Paint = (style: "bold" | "cyan" | "dim" | "green" | "red" | "yellow", text: string) => string;

export const PLAIN: Paint = (_style, text) => text;
