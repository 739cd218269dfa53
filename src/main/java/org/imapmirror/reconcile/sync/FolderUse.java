package org.imapmirror.reconcile.sync;

import org.imapmirror.mailstore.Listed;
import org.jspecify.annotations.Nullable;

import java.text.Normalizer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a mailbox is for, by its attribute (RFC 6154), else by the names that mail programs and
/// providers give it in many languages.
///
/// Names are compared without regard to case and to how accents are composed. A name that means one
/// use in one language and another in a second one is in no list.
public enum FolderUse {
    ALL(
            "\\all",
            """
            [Gmail]/All Mail; [Google Mail]/All Mail; All Mail; All; Alle Nachrichten;
            [Gmail]/Alle Nachrichten; [Google Mail]/Alle Nachrichten; Tous les messages;
            [Gmail]/Tous les messages; [Gmail]/Todos; [Gmail]/Todo; Todos los mensajes;
            Todos os e-mails; [Gmail]/Todos os e-mails; [Gmail]/Todo o correio;
            Tutti i messaggi; [Gmail]/Tutti i messaggi; Alle e-mail; [Gmail]/Alle e-mail;
            [Gmail]/Alle berichten; All e-post; [Gmail]/All e-post; [Gmail]/Wszystkie;
            Wszystkie; [Gmail]/Všechny zprávy; [Gmail]/Вся почта; Вся почта; [Gmail]/すべてのメール;
            [Gmail]/所有邮件; [Gmail]/所有郵件; [Gmail]/전체보관함
            """),
    ARCHIVE(
            "\\archive",
            """
            Archive; Archives; Archived; Archiv; Archivio; Archivo; Archivados; Arquivo;
            Arquivos; Archief; Arkiv; Arkisto; Archiwum; Archív; Arhiva; Arhiv; Arşiv; Архив;
            Архів; Αρχείο; アーカイブ; 存档; 归档; 封存; 보관함
            """),
    DRAFTS(
            "\\drafts",
            """
            Drafts; Draft; [Gmail]/Drafts; [Google Mail]/Drafts; Entwürfe; Entwurf;
            [Gmail]/Entwürfe; [Google Mail]/Entwürfe; Brouillons; Brouillon;
            [Gmail]/Brouillons; Borradores; Borrador; [Gmail]/Borradores; Esborranys;
            Rascunhos; Rascunho; [Gmail]/Rascunhos; Bozze; [Gmail]/Bozze; Concepten;
            [Gmail]/Concepten; Kladder; [Gmail]/Kladder; Utkast; [Gmail]/Utkast; Luonnokset;
            Szkice; Wersje robocze; Kopie robocze; [Gmail]/Wersje robocze; [Gmail]/Szkice;
            Koncepty; Rozepsané; [Gmail]/Koncepty; Piszkozatok; [Gmail]/Piszkozatok; Ciorne;
            Skice; Osnutki; Taslaklar; [Gmail]/Taslaklar; Черновики; [Gmail]/Черновики;
            Чернетки; Чернови; Πρόχειρα; טיוטות; المسودات; 下書き; [Gmail]/下書き; 草稿; 草稿箱; 草稿夹;
            [Gmail]/草稿; 임시보관함; [Gmail]/임시보관함
            """),
    FLAGGED(
            "\\flagged",
            """
            Flagged; Starred; [Gmail]/Starred; [Google Mail]/Starred; Markiert;
            [Gmail]/Markiert; [Google Mail]/Markiert; Suivis; [Gmail]/Suivis; Destacados;
            [Gmail]/Destacados; Com estrela; [Gmail]/Com estrela; Speciali; [Gmail]/Speciali;
            [Gmail]/Met ster; [Gmail]/Stjernemarkeret; [Gmail]/Stjärnmärkt;
            [Gmail]/Oznaczone gwiazdką; [Gmail]/S hvězdičkou; [Gmail]/Помеченные;
            [Gmail]/スター付き; [Gmail]/已加星标; [Gmail]/已加星號; [Gmail]/별표편지함
            """),
    JUNK(
            "\\junk",
            """
            Junk; Spam; Junk E-mail; Junk Email; Junk Mail; Bulk Mail; Bulk; [Gmail]/Spam;
            [Google Mail]/Spam; Spamverdacht; Junk-E-Mail; Unerwünscht; Unerwünschte Werbung;
            Pourriel; Pourriels; Courrier indésirable; Indésirables; Messages indésirables;
            Correo no deseado; Correo basura; Brossa; Lixo Eletrônico; Lixo eletrónico;
            Lixo Electrónico; Posta indesiderata; Indesiderata; Ongewenste e-mail; Ongewenst;
            Ongewenste reclame; Uønsket mail; Uønsket e-mail; Uønsket; Søppelpost; Skräppost;
            [Gmail]/Skräppost; Roskaposti; Wiadomości-śmieci; Wiadomości śmieci;
            Nevyžádaná pošta; Nevyžiadaná pošta; Levélszemét; Neželena pošta; Gereksiz;
            Önemsiz; Спам; [Gmail]/Спам; Нежелательная почта; Небажана пошта; Ανεπιθύμητα;
            דואר זבל; البريد غير الهام; 迷惑メール; [Gmail]/迷惑メール; 垃圾邮件; 垃圾郵件; [Gmail]/垃圾邮件; 스팸함;
            스팸메일함; [Gmail]/스팸함
            """),
    SENT(
            "\\sent",
            """
            Sent; Sent Items; Sent Messages; Sent Mail; Sent-Mail; Sent Mails; SentMail;
            [Gmail]/Sent Mail; [Google Mail]/Sent Mail; Gesendet; Gesendete;
            Gesendete Elemente; Gesendete Objekte; Gesendete Nachrichten; [Gmail]/Gesendet;
            [Google Mail]/Gesendet; Envoyés; Envoyé; Éléments envoyés; Messages envoyés;
            Objets envoyés; [Gmail]/Messages envoyés; Enviados; Elementos enviados;
            Mensajes enviados; Correo enviado; [Gmail]/Enviados; Enviats; Itens Enviados;
            Mensagens enviadas; [Gmail]/E-mails enviados; [Gmail]/Correio enviado;
            Posta inviata; Inviata; Inviati; Elementi inviati; [Gmail]/Posta inviata;
            Verzonden; Verzonden items; Verzonden berichten; [Gmail]/Verzonden berichten;
            Sendt; Sendte; Sendt post; Sendte elementer; [Gmail]/Sendte mails;
            [Gmail]/Sendt e-post; Skickat; Skickade; Skickade objekt; Skickat e-post;
            [Gmail]/Skickat mail; Lähetetyt; Lähetetyt viestit; Wysłane; Elementy wysłane;
            [Gmail]/Wysłane; Odeslané; Odeslaná pošta; Odoslané; [Gmail]/Odeslaná pošta;
            Elküldött; Elküldött elemek; Elküldött üzenetek; [Gmail]/Elküldött levelek;
            Trimise; Poslano; Poslane stvari; Gönderilmiş; Gönderilmiş Öğeler; Gönderilenler;
            [Gmail]/Gönderilmiş Postalar; Отправленные; [Gmail]/Отправленные; Надіслані;
            Изпратени; Απεσταλμένα; נשלחו; العناصر المرسلة; 送信済み; 送信済みメール; [Gmail]/送信済みメール;
            已发送; 已发送邮件; 已傳送; 寄件備份; [Gmail]/已发邮件; [Gmail]/寄件備份; 보낸편지함; 보낸메일함; [Gmail]/보낸편지함
            """),
    TRASH(
            "\\trash",
            """
            Trash; Deleted; Deleted Items; Deleted Messages; Bin; [Gmail]/Trash; [Gmail]/Bin;
            [Google Mail]/Trash; [Google Mail]/Bin; Papierkorb; Gelöscht; Gelöschte Elemente;
            Gelöschte Objekte; Gelöschte Nachrichten; [Gmail]/Papierkorb;
            [Google Mail]/Papierkorb; Corbeille; Éléments supprimés; Messages supprimés;
            [Gmail]/Corbeille; Papelera; Elementos eliminados; [Gmail]/Papelera; Paperera;
            Lixeira; Lixo; Reciclagem; Itens Excluídos; Itens Eliminados; [Gmail]/Lixeira;
            [Gmail]/Lixo; Cestino; Posta eliminata; Eliminata; [Gmail]/Cestino; Prullenbak;
            Prullenmand; Verwijderd; Verwijderde items; [Gmail]/Prullenbak; Papirkurv;
            Slettet post; Slettede elementer; Søppel; [Gmail]/Papirkurv; Papperskorgen;
            Borttaget; [Gmail]/Papperskorgen; Roskakori; Kosz; Elementy usunięte;
            [Gmail]/Kosz; Koš; Odstraněná pošta; Kôš; [Gmail]/Koš; Kuka; Törölt elemek;
            [Gmail]/Kuka; Coș de gunoi; Smeće; Koš za smeti; Çöp; Çöp Kutusu;
            Silinmiş Öğeler; [Gmail]/Çöp Kutusu; Корзина; Удаленные; Удалённые;
            [Gmail]/Корзина; Кошик; Кошче; Κάδος; Κάδος απορριμμάτων; אשפה; سلة المهملات;
            المحذوفات; ごみ箱; ゴミ箱; 削除済みアイテム; [Gmail]/ゴミ箱; 已删除; 已删除邮件; 垃圾桶; 刪除的郵件;
            [Gmail]/已删除邮件; [Gmail]/垃圾桶; 휴지통; [Gmail]/휴지통
            """);

    private static final Map<String, FolderUse> BY_NAME = new HashMap<>();

    static {
        for (FolderUse use : values()) {
            for (String name : use.names) {
                BY_NAME.put(folded(name), use);
            }
        }
    }

    private final String attribute;
    private final List<String> names;

    /// @param names separated by semicolons
    FolderUse(String attribute, String names) {
        this.attribute = attribute;
        this.names = List.of(names.strip().split(";\\s+"));
    }

    /// In the order in which they are looked for; a level of the hierarchy ends with `/`.
    public List<String> names() {
        return names;
    }

    /// By the attribute alone; null for none.
    static @Nullable FolderUse byAttribute(Listed folder) {
        String told = folder.specialUse();
        if (told == null) {
            return null;
        }
        for (FolderUse use : values()) {
            if (use.attribute.equalsIgnoreCase(told)) {
                return use;
            }
        }
        return null;
    }

    /// By the name alone; null where it means nothing.
    ///
    /// @param name without the prefix of the namespace, with `/` between its levels
    static @Nullable FolderUse byName(String name) {
        return BY_NAME.get(folded(name));
    }

    /// How early a name stands in the list of its use; the lower, the better known.
    int rank(String name) {
        String wanted = folded(name);
        for (int i = 0; i < names.size(); i++) {
            if (folded(names.get(i)).equals(wanted)) {
                return i;
            }
        }
        return names.size();
    }

    private static String folded(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    }
}
