/** The buttons of the header that switch between light and dark, and motion on and off. */
import { IconButton } from "./button.tsx";
import { chooseMotion, motion, theme, toggleTheme } from "./theme.ts";

export const ThemeToggle = () => (
  <IconButton
    icon={theme.value === "dark" ? "sun" : "moon"}
    label={theme.value === "dark" ? "Light theme" : "Dark theme"}
    onClick={toggleTheme}
  />
);

export const MotionToggle = () => (
  <IconButton
    icon="motion"
    label="Motion"
    pressed={motion.value}
    onClick={() => chooseMotion(motion.peek() ? "off" : "on")}
  />
);
