/**
 * What runs on a lab node beside the thing under test: journald, D-Bus, sshd. All else that a borrowed /usr would start
 * is masked.
 */

export const masked: readonly string[] = [
  // Devices, network and names belong to the machine, or are set from outside.
  'systemd-udevd.service',
  'systemd-udev-trigger.service',
  'systemd-udev-settle.service',
  'systemd-udevd-control.socket',
  'systemd-udevd-kernel.socket',
  'systemd-networkd.service',
  'systemd-networkd.socket',
  'systemd-networkd-wait-online.service',
  'systemd-network-generator.service',
  'systemd-resolved.service',
  'systemd-timesyncd.service',
  'systemd-modules-load.service',
  'kmod-static-nodes.service',
  'systemd-hwdb-update.service',
  // Settings that are global to the kernel.
  'systemd-sysctl.service',
  'systemd-binfmt.service',
  'proc-sys-fs-binfmt_misc.automount',
  'proc-sys-fs-binfmt_misc.mount',
  'systemd-oomd.service',
  'systemd-oomd.socket',
  'systemd-pstore.service',
  'systemd-random-seed.service',
  'systemd-boot-update.service',
  'systemd-pcrphase.service',
  'systemd-pcrphase-sysinit.service',
  'dev-hugepages.mount',
  'dev-mqueue.mount',
  'sys-fs-fuse-connections.mount',
  'sys-kernel-config.mount',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
  // No terminals, no people, no first boot.
  'getty.target',
  'console-getty.service',
  'systemd-ask-password-console.path',
  'systemd-ask-password-wall.path',
  'systemd-logind.service',
  'systemd-firstboot.service',
  'systemd-homed.service',
  'systemd-userdbd.service',
  'systemd-userdbd.socket',
  'systemd-machine-id-commit.service',
  'systemd-remount-fs.service',
  'systemd-update-utmp.service',
  'systemd-update-utmp-runlevel.service',
  'systemd-journal-catalog-update.service',
  'ldconfig.service',
  // What boot.sh has done already.
  'systemd-tmpfiles-setup.service',
  'systemd-tmpfiles-setup-dev.service',
  'systemd-tmpfiles-setup-dev-early.service',
  'systemd-sysusers.service',
  'systemd-user-sessions.service',
  'systemd-journal-flush.service',
  // Housekeeping of a long-lived machine.
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'fstrim.timer',
  'logrotate.timer',
  'man-db.timer',
  'motd-news.timer',
  'systemd-tmpfiles-clean.timer',
  'ssh.socket',
  'sshd-keygen.service',
]

/** Own unit: Debian starts sshd as a service, Ubuntu by socket. */
export const sshUnit = `[Unit]
Description=OpenSSH server
[Service]
ExecStart=/usr/sbin/sshd -D -e -f /etc/ssh/sshd_config
ExecReload=/bin/kill -HUP $MAINPID
KillMode=process
Restart=on-failure
RestartSec=200ms
RuntimeDirectory=sshd
RuntimeDirectoryMode=0755
[Install]
WantedBy=multi-user.target
Alias=sshd.service
`

/** No PAM: a login then starts no per-user manager, and does not depend on how the machine's PAM is set up. */
export const sshdConfig = `Port 22
ListenAddress 0.0.0.0
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
AuthorizedKeysFile .ssh/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
X11Forwarding no
AllowTcpForwarding yes
MaxStartups 100:30:200
MaxSessions 100
Subsystem sftp internal-sftp
`

export const journaldConfig = `[Journal]
Storage=persistent
SystemMaxUse=64M
SystemMaxFileSize=8M
RateLimitIntervalSec=0
ReadKMsg=no
Audit=no
`

export const managerConfig = `[Manager]
DefaultTimeoutStopSec=5s
DefaultEnvironment=LANG=C.UTF-8
`
