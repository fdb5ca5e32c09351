// The guide inside the window.
import { countEn as n } from "../plural";

export const guide = {
  title: "Guide",
  open: "Guide to this screen",
  consult: "Open the guide",
  backTo: "Back to the screen",
  find: "Search the guide",
  contents: "Contents",
  hits: "Places found",
  found: (count: number) => n(count, "place", "places"),
  many: (count: number) => `${count} places or more`,
  nothing: "Nothing in the guide has all of these words. Leave one out, or type a part of it.",
  key: "The guide, at the page for this screen",
};
