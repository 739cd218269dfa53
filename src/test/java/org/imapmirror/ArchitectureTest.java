package org.imapmirror;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The table of packages: the data flow one way, and so do the dependencies. Third-party libraries
/// are fenced to the packages that own them, so that each can be replaced in one place.
class ArchitectureTest {
    private static final String ROOT = "org.imapmirror.";

    private static final List<Row> PACKAGES =
            List.of(
                    new Row("event", "it is the language that all others share"),
                    new Row(
                            "imap",
                            "it is IMAP as syntax, without sockets, clocks or threads",
                            "event"),
                    new Row("state", "it is SQL access only and knows nothing of mail"),
                    new Row(
                            "mailstore",
                            "a mailbox store is read and written without knowing who asks",
                            "event",
                            "imap"),
                    new Row(
                            "route",
                            "which server serves an account is decided before any session exists",
                            "event",
                            "state"),
                    new Row(
                            "proxy",
                            "it relays, and shows what passes to a Tap of its own: the mail service"
                                    + " must not depend on journal or mirror",
                            "event",
                            "imap",
                            "route"),
                    new Row(
                            "journal",
                            "the queue stores events and does not know who writes or reads them",
                            "event",
                            "state"),
                    new Row(
                            "capture",
                            "it turns what the proxy's Tap shows into events for the journal",
                            "event",
                            "imap",
                            "journal",
                            "proxy"),
                    new Row(
                            "audit",
                            "the audit log is a chain of lines and does not know what makes them",
                            "event",
                            "state"),
                    new Row(
                            "replicate",
                            "lanes read the journal and write mirrors: they never see a client's"
                                    + " session",
                            "event",
                            "journal",
                            "state",
                            "mailstore",
                            "reconcile",
                            "audit"),
                    new Row(
                            "reconcile",
                            "it compares two mailbox stores and serves sweeps, sync and verify"
                                    + " alike",
                            "event",
                            "state",
                            "mailstore"),
                    new Row(
                            "admin",
                            "it reports what the others do and nothing may depend on it",
                            "event",
                            "imap",
                            "state",
                            "mailstore",
                            "route",
                            "proxy",
                            "journal",
                            "capture",
                            "replicate",
                            "reconcile"),
                    new Row(
                            "app",
                            "it wires everything",
                            "event",
                            "imap",
                            "state",
                            "mailstore",
                            "route",
                            "proxy",
                            "journal",
                            "capture",
                            "replicate",
                            "reconcile",
                            "admin",
                            "audit"));

    private static final List<Fence> FENCES =
            List.of(
                    new Fence(
                            "Netty",
                            List.of("io.netty.."),
                            "event loops exist only in the proxy; syntax and capture are plain"
                                    + " Java that is tested as functions",
                            "proxy"),
                    new Fence(
                            "Javalin",
                            List.of("io.javalin..", "jakarta.servlet..", "org.eclipse.jetty.."),
                            "HTTP is spoken only by the admin listener",
                            "admin"),
                    new Fence(
                            "picocli",
                            List.of("picocli.."),
                            "the command line belongs to the application",
                            "app"),
                    new Fence(
                            "Commons Configuration",
                            List.of("org.apache.commons.configuration2..", "org.yaml.."),
                            "the others get small validated records, never a configuration tree",
                            "app"),
                    new Fence(
                            "SQL",
                            List.of("java.sql..", "javax.sql..", "org.sqlite..", "org.flywaydb.."),
                            "only what owns durable state may talk to a database",
                            "state",
                            "journal",
                            "replicate",
                            "route",
                            "reconcile",
                            "audit"),
                    new Fence(
                            "Tink",
                            List.of("com.google.crypto.tink.."),
                            "it encrypts streams; small things are sealed by a MasterKey",
                            "journal"),
                    new Fence(
                            "Angus Mail",
                            List.of("jakarta.mail..", "org.eclipse.angus.."),
                            "it parses headers for identity and is the demo's independent client;"
                                    + " servers are spoken to by our own pipelined client",
                            "mailstore",
                            "reconcile",
                            "app"),
                    new Fence(
                            "Bucket4j",
                            List.of("io.github.bucket4j.."),
                            "rates and budgets of one-shot runs are kept in one place",
                            "reconcile"),
                    new Fence(
                            "GreenMail",
                            List.of("com.icegreen.."),
                            "embedded servers exist for the demo",
                            "app"),
                    new Fence(
                            "Logback",
                            List.of("ch.qos.logback.."),
                            "everybody logs through SLF4J, the application chooses how",
                            "app"));

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("org.imapmirror");

    @ParameterizedTest
    @MethodSource("packages")
    void packageUsesOnlyWhatTheTableAllows(Row subject) {
        Set<String> forbidden = new TreeSet<>();
        for (Row other : PACKAGES) {
            if (!other.equals(subject) && !subject.mayUse().contains(other.name())) {
                forbidden.add(other.pattern());
            }
        }
        if (forbidden.isEmpty()) {
            return;
        }
        noClasses()
                .that()
                .resideInAPackage(subject.pattern())
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden.toArray(String[]::new))
                .as("package " + subject.name() + " may use of ours only " + subject.mayUse())
                .because(subject.reason())
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @ParameterizedTest
    @MethodSource("fences")
    void libraryStaysInsideItsFence(Fence fence) {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        fence.owners().stream()
                                .map(owner -> ROOT + owner + "..")
                                .toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(fence.library().toArray(String[]::new))
                .as(fence.name() + " may be used only in " + fence.owners())
                .because(fence.reason())
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void syntaxAndEventsKnowNoSocketsClocksOrThreads() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + "event..", ROOT + "imap..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "java.nio.channels..")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(
                        Thread.class, java.time.Clock.class, java.util.concurrent.Executor.class)
                .because(
                        "a protocol machine without sockets, clocks and threads is tested as a"
                                + " function")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void everyClassIsInAPackageOfTheTable() {
        classes()
                .should()
                .resideInAnyPackage(PACKAGES.stream().map(Row::pattern).toArray(String[]::new))
                .because("a new package needs its row in the table, with what it may use")
                .check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarked() {
        classes()
                .should(
                        ArchCondition.from(
                                DescribedPredicate.describe(
                                        "reside in a package whose package-info says @NullMarked",
                                        type ->
                                                type.getPackage()
                                                        .isAnnotatedWith(NullMarked.class))))
                .because("elsewhere a forgotten null is found by a user instead of the compiler")
                .check(CLASSES);
    }

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching(ROOT + "(**)")
                .should()
                .beFreeOfCycles()
                .because("what depends on itself cannot be understood or replaced in parts")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    static Stream<Row> packages() {
        return PACKAGES.stream();
    }

    static Stream<Fence> fences() {
        return FENCES.stream();
    }

    /// A row of the table: the packages of ours that `name` may use, and why not more.
    record Row(String name, String reason, Set<String> mayUse) {
        Row(String name, String reason, String... mayUse) {
            this(name, reason, new TreeSet<>(Set.of(mayUse)));
        }

        String pattern() {
            return ROOT + name + "..";
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /// A library, given by its packages, and the only packages of ours that may use it.
    record Fence(String name, List<String> library, String reason, List<String> owners) {
        Fence(String name, List<String> library, String reason, String... owners) {
            this(name, library, reason, List.of(owners));
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
