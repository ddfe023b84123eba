"""Has the engine of firewalld itself load configurations, in the network namespace where this runs, and tells what the kernel holds then.

stdin: JSON, a list of {path below /etc/firewalld: text}; argv[1]: the file for the answer, argv[2]: the root folder of the packages. No D-Bus, no daemon. A file
named panic stands for `firewall-cmd --panic-on`.
"""
import json, os, subprocess, sys, tempfile

answer, root = sys.argv[1], sys.argv[2].rstrip('/')
sys.path.insert(0, root + '/usr/lib/python3/dist-packages')
import firewall.config as config

told = []
for files in json.load(sys.stdin):
    etc = tempfile.mkdtemp()
    for path, text in files.items():
        os.makedirs(os.path.dirname(etc + '/' + path), exist_ok=True)
        with open(etc + '/' + path, 'w') as file:
            file.write(text)
    # Modules keep what they were told first, so each has a process of its own.
    child = os.fork()
    if child == 0:
        subprocess.run(['nft', 'flush', 'ruleset'], check=True)
        config.set_system_config_paths(etc)
        config.set_default_config_paths(root + '/usr/lib/firewalld')
        config.FIREWALLD_CONF = etc + '/firewalld.conf'
        config.FIREWALLD_DIRECT = etc + '/direct.xml'
        from firewall.core.fw import Firewall
        firewall = Firewall()
        try:
            firewall.start()
        except Exception as cause:
            # It has loaded what it was shipped with, as its daemon does, which then goes on.
            print(cause, file=sys.stderr)
            os._exit(0 if firewall._state == 'FAILED' else 1)
        if 'panic' in files:
            firewall.enable_panic_mode()
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit('firewalld does not start')
    listed = subprocess.run(['nft', '-s', 'list', 'ruleset'], capture_output=True, text=True, check=True).stdout
    said = subprocess.run(['grep', '-rsH', '.', etc, root + '/usr/lib/firewalld/zones'], capture_output=True, text=True).stdout
    told.append({'nft': listed, 'files': said.replace(etc + '/', '/etc/firewalld/').replace(root + '/usr', '/usr')})
with open(answer, 'w') as file:
    json.dump(told, file)
