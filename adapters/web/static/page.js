// All pages but the chat.
import { codeTools, themeToggle } from "./looks.js";

themeToggle();
codeTools(document);
