# firewalld.sh, after unpack.sh: firewalld of Debian, stopped and disabled. It is asked by root alone, so polkit is left out, and there is no NetworkManager.
unpack
systemctl reload dbus.service
systemctl daemon-reload
