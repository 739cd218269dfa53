package org.imapmirror.app;

import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.imapmirror.admin.AdminServer;
import org.imapmirror.app.config.Config;
import org.imapmirror.app.config.Secret;
import org.imapmirror.audit.AuditConfig;
import org.imapmirror.capture.Capture;
import org.imapmirror.capture.CaptureConfig;
import org.imapmirror.capture.Timer;
import org.imapmirror.event.MailboxEvent;
import org.imapmirror.imap.Endpoint;
import org.imapmirror.journal.Journal;
import org.imapmirror.journal.JournalConfig;
import org.imapmirror.mailstore.CapturedLogins;
import org.imapmirror.mailstore.ClientLimits;
import org.imapmirror.mailstore.LoginMethod;
import org.imapmirror.mailstore.Logins;
import org.imapmirror.mailstore.ServerPool;
import org.imapmirror.proxy.ListenerConfig;
import org.imapmirror.proxy.Proxy;
import org.imapmirror.proxy.ProxyConfig;
import org.imapmirror.proxy.ProxyTls;
import org.imapmirror.reconcile.Brake;
import org.imapmirror.replicate.Archives;
import org.imapmirror.replicate.Deletions;
import org.imapmirror.replicate.LaneKey;
import org.imapmirror.replicate.Lanes;
import org.imapmirror.replicate.LanesConfig;
import org.imapmirror.replicate.LiveSessions;
import org.imapmirror.replicate.RetryRules;
import org.imapmirror.replicate.SweepRules;
import org.imapmirror.replicate.Topology;
import org.imapmirror.replicate.Watches;
import org.imapmirror.route.Mirror;
import org.imapmirror.state.Database;
import org.imapmirror.state.Keyring;
import org.imapmirror.state.StateLock;
import org.imapmirror.state.Vault;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/// A running imapmirror: the one place where the parts are put together. Ports open last, when
/// everything behind them is ready; they close first.
final class Service implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Service.class);
    private static final int PRIMARY_CONNECTIONS_PER_ACCOUNT = 2;
    private static final Duration WATCH_ROUND = Duration.ofSeconds(30);
    private static final Duration ACTIVE_FOR = Duration.ofMinutes(30);

    /// What was opened, in order; closed backwards.
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private final Proxy proxy;
    private final AdminServer admin;
    private final Overview overview;
    private final Lanes lanes;
    private final Watches watches;
    private final ServerPool pool;
    private final Logins logins;
    private final CapturedLogins captured;
    private final ActivityLink link;
    private final Config started;

    private Service(Config config, BiConsumer<LaneKey, MailboxEvent> applied) throws IOException {
        started = config;
        try {
            PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            keep(meters::close);
            new JvmMemoryMetrics().bindTo(meters);
            Path stateFile = config.state().file().toAbsolutePath();
            Path folder = stateFile.getParent();
            if (folder != null && !folder.equals(config.journal().directory().toAbsolutePath())) {
                keep(StateLock.acquire(folder));
            }
            Journal journal = keep(journal(config));
            Database state = keep(DamagedFiles.state(config.state().url(), stateFile));
            captured = captured(config, state);
            logins =
                    new Logins(
                            methods(config, captured),
                            // Pauses must not follow jumps of the clock.
                            () -> Instant.EPOCH.plusNanos(System.nanoTime()));
            pool = keep(pool(config, logins));
            Topology topology =
                    new Topology(
                            config.routes()::primaryOf,
                            account ->
                                    config.routes().mirrorsOf(account).stream()
                                            .map(Mirror::server)
                                            .toList(),
                            archives(config));
            ScheduledExecutorService timer =
                    Executors.newSingleThreadScheduledExecutor(
                            Thread.ofPlatform().daemon().name("service-timer").factory());
            keep(timer::shutdownNow);
            ServerPool servers = pool;
            link =
                    new ActivityLink((account, mailbox, answered) ->
                            servers.moving(
                                    config.routes().primaryOf(account),
                                    account,
                                    mailbox.value(),
                                    answered));
            Capture capture =
                    new Capture(
                            journal,
                            CaptureConfig.DEFAULTS.withMaxHold(config.journal().maxHold()),
                            link,
                            link::separator,
                            Timer.on(timer),
                            meters);
            lanes =
                    keep(
                            new Lanes(
                                    lanesConfig(config),
                                    state,
                                    journal,
                                    topology,
                                    pool::open,
                                    new LiveSessions(
                                            capture::settled, capture::begun, capture::swept),
                                    applied));
            keep(pool::stopWaiting);
            watches =
                    keep(
                            new Watches(
                                    pool::open,
                                    topology,
                                    lanes,
                                    Watches.Mode.valueOf(config.sweep().watch().name()),
                                    effort(config)));
            link.connect(lanes, watches, timer);
            captured.onNew(link::login);
            lanes.keepToTheLast(key -> isArchive(config, key));
            lanes.start(config.routes().rules().listed());
            if (!journal.lastStopWasClean()) {
                LOG.warn("the last stop was not clean: every known account is compared");
                lanes.sweepAll();
            }
            if (config.sweep().watch() == Config.Sweep.Watch.ALL) {
                lanes.accounts().forEach(watches::active);
            }
            proxy =
                    keep(
                            new Proxy(
                                    proxyConfig(config),
                                    config.routes(),
                                    endpoints(config),
                                    new LoginTap(captured, capture),
                                    meters));
            overview = new Overview(lanes, capture, proxy, journal);
            admin = keep(admin(config, lanes, pool, meters));
            proxy.start();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /// Starts everything; when this returns, clients can connect.
    ///
    /// @param applied is told of every event that reached a mirror; must be quick
    /// @throws IOException where a port, a certificate or the journal cannot be had
    static Service start(Config config, BiConsumer<LaneKey, MailboxEvent> applied)
            throws IOException {
        return new Service(config, applied);
    }

    /// The ports of the listeners, in the order of the configuration.
    List<Integer> ports() {
        return proxy.ports();
    }

    int adminPort() {
        return admin.port();
    }

    Overview overview() {
        return overview;
    }

    private <T extends AutoCloseable> T keep(T part) {
        open.push(part);
        return part;
    }

    private static Journal journal(Config config) throws IOException {
        Config.Journal j = config.journal();
        JournalConfig base = JournalConfig.in(j.directory());
        return DamagedFiles.journal(
                new JournalConfig(
                        j.directory(),
                        j.maxBytes(),
                        j.inlineBytes(),
                        base.queueBytes(),
                        base.payloadQueueBytes(),
                        base.payloadMemoryBytes()),
                j.keys(),
                Clock.systemUTC());
    }

    private CapturedLogins captured(Config config, Database state) {
        Keyring keys = config.login().keys();
        if (keys == null) {
            // What an earlier configuration kept.
            Vault.clear(state);
            return new CapturedLogins();
        }
        return new CapturedLogins(
                keep(new SealedLogins(new Vault(state, keys), config.routes()::primaryOf)));
    }

    private static Archives archives(Config config) {
        return new Archives(
                config.routes().mirrors().stream()
                        .filter(m -> m.mode() == Mirror.Mode.ARCHIVE)
                        .map(Mirror::server)
                        .collect(Collectors.toSet()),
                new AuditConfig(config.audit().directory(), config.audit().maxFileBytes()));
    }

    static Map<String, LoginMethod> methods(Config config, CapturedLogins captured) {
        Map<String, LoginMethod> methods = new HashMap<>();
        config.servers()
                .forEach((name, server) ->
                        methods.put(
                                name, server.login().method(captured, config.routes().rules())));
        return methods;
    }

    static ServerPool pool(Config config, Logins logins) {
        Map<String, ServerPool.Member> members = new HashMap<>();
        String primary = config.routes().defaultPrimary();
        config.servers()
                .forEach((name, server) -> {
                    int perAccount = name.equals(primary) ? PRIMARY_CONNECTIONS_PER_ACCOUNT : 0;
                    members.put(
                            name,
                            new ServerPool.Member(
                                    server.endpoint(), server.limits().connections(), perAccount));
                });
        ServerPool pool =
                new ServerPool(
                        members,
                        logins,
                        ClientLimits.DEFAULT.withTimeouts(
                                ClientLimits.DEFAULT.connect(),
                                config.retry().answerTime(),
                                config.retry().answerTime()),
                        ServerPool.Times.DEFAULT);
        config.servers().forEach((name, server) -> pace(pool, name, server.limits()));
        return pool;
    }

    private static void pace(ServerPool pool, String server, Config.ServerLimits limits) {
        pool.pace(server, limits.bytesPerSecond(), limits.messagesPerSecond());
    }

    /// Half of the connections to the primary are for watches, the others stay for lanes.
    private static Watches.Effort effort(Config config) {
        int all = config.server(config.routes().defaultPrimary()).limits().connections();
        return new Watches.Effort(WATCH_ROUND, ACTIVE_FOR, all == 0 ? Integer.MAX_VALUE : all / 2);
    }

    private static LanesConfig lanesConfig(Config config) {
        return new LanesConfig(
                new SweepRules(
                        config.sweep().every(),
                        config.sweep().fullEvery(),
                        config.sweep().between(),
                        ZoneId.systemDefault(),
                        config.sweep().accountsPerMinute()),
                config.firstCopy().accounts(),
                new Brake(config.brake().messages(), config.brake().percent()),
                LanesConfig.DEFAULT.settleTimeout(),
                config.sweep().afterCut(),
                new RetryRules(
                        config.retry().first(),
                        config.retry().longest(),
                        config.retry().tries(),
                        config.retry().room(),
                        config.retry().refused(),
                        config.retry().stuck(),
                        config.retry().unknown()),
                deletions(config));
    }

    private static Map<String, Deletions> deletions(Config config) {
        Map<String, Deletions> out = new HashMap<>();
        config.routes()
                .mirrors()
                .forEach(m -> out.put(m.server(), new Deletions(m.deletes().after())));
        return out;
    }

    private static boolean isArchive(Config config, LaneKey lane) {
        return config.routes().mirrors().stream()
                .anyMatch(m -> m.server().equals(lane.mirror()) && m.mode() == Mirror.Mode.ARCHIVE);
    }

    private static Map<String, Endpoint> endpoints(Config config) {
        Map<String, Endpoint> out = new HashMap<>();
        config.servers().forEach((name, server) -> out.put(name, server.endpoint()));
        return out;
    }

    private static ProxyConfig proxyConfig(Config config) {
        List<ListenerConfig> listeners =
                config.listeners().stream()
                        .map(l ->
                                new ListenerConfig(
                                        l.bind().getHostString(),
                                        l.bind().getPort(),
                                        ListenerConfig.Tls.valueOf(l.tls().name()),
                                        l.headerFrom(),
                                        l.loginWithoutTls(),
                                        l.compress()))
                        .toList();
        return new ProxyConfig(listeners, identity(config), config.limits());
    }

    private static @Nullable ProxyTls identity(Config config) {
        Config.Identity identity = config.tls();
        return identity == null ? null : new ProxyTls(identity.certificate(), identity.key());
    }

    private AdminServer admin(
            Config config, Lanes lanes, ServerPool pool, PrometheusMeterRegistry meters)
            throws IOException {
        Secret token = config.admin().token();
        return AdminServer.start(
                config.admin().bind(),
                token == null ? null : token.reveal(),
                new AdminServer.Sources(
                        overview::status,
                        account -> {
                            if (account == null) {
                                lanes.sweepAll();
                                return lanes.accounts().size();
                            }
                            var canonical = config.routes().rules().canonical(account);
                            if (!lanes.accounts().contains(canonical)) {
                                return 0;
                            }
                            lanes.sweep(canonical);
                            return 1;
                        },
                        new LaneActs(lanes, pool, config.routes().rules()),
                        meters));
    }

    /// Goes on with what another configuration says where that needs no restart; sessions stay.
    /// Where a part of it cannot be had, that part stays as it was.
    ///
    /// @return the keys that need a restart
    /// @throws IOException where the certificate cannot be read; nothing changes then
    List<String> reload(Config newer) throws IOException {
        proxy.reload(identity(newer), newer.limits());
        if (newer.routes().rules().namesAs(started.routes().rules())) {
            started.routes().rules(newer.routes().rules());
        }
        Map<String, LoginMethod> methods = methods(started, captured);
        newer.servers()
                .forEach((name, server) -> {
                    if (started.servers().containsKey(name)) {
                        methods.put(
                                name, server.login().method(captured, started.routes().rules()));
                        pool.limit(name, server.limits().connections());
                        pace(pool, name, server.limits());
                    }
                });
        logins.methods(methods);
        lanes.reload(lanesConfig(newer));
        lanes.reconsider(started.routes().rules().listed());
        watches.mode(Watches.Mode.valueOf(newer.sweep().watch().name()));
        link.reconsider();
        proxy.reconsider();
        lanes.accounts().forEach(lanes::login);
        return new Changes(started, newer).needRestart();
    }

    /// Stops accepting, lets sessions and lanes end what they are doing, and closes what was
    /// opened.
    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                LOG.warn("a part did not close cleanly", e);
            }
        }
    }
}
